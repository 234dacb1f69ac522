#include "resource/page_rows.hpp"

#include <algorithm>

namespace securestack {
namespace {

constexpr std::size_t few_rows = 8;  // are looked up by their ids; more are read along their order once again

bool same_keys(Params const& one, Params const& other) {
    return std::ranges::equal(one, other, {}, &Param::value, &Param::value);
}

// Calls `visit` with each row of the page, and keeps what the next page begins after. The row that the cursor
// names is read once more: while it is where it was, nobody need ask whether there is a page before.
template <class Visit>
PageRows scan_page(Tx& tx, ListQuery const& query, Branches const& where,
                   std::span<Field const* const> fields, Visit const& visit) {
    auto position = query.cursor;
    auto const* after = position && !position->inclusive ? &query.cursor->keys : nullptr;
    if (after != nullptr) position->inclusive = true;
    auto const most = query.limit + (after != nullptr ? 2 : 1);
    auto const scan = scan_rows(query, where, position ? &*position : nullptr, most, fields);
    PageRows page;
    std::int64_t rows = 0;
    tx.query(scan.statement.text(), scan.statement.params(), [&](Row const& row) {
        if (after != nullptr && rows == 0 && !page.before && same_keys(scan.keys(query, row), *after)) {
            page.before = true;
            return;
        }
        if (rows == query.limit) {
            page.more = true;
            return;
        }
        visit(row);
        if (++rows == 1) page.first = scan.keys(query, row);
        if (rows == query.limit) page.last = scan.keys(query, row);
    });
    return page;
}

// Reads these rows, by their ids; at most `few_rows`.
void look_up(Tx& tx, Schema const& schema, std::span<std::size_t const> missing,
             std::span<RowVersion const> rows, std::vector<RowText>& texts) {
    auto fields = shown_fields(schema);
    auto const shown = fields.size();
    fields.push_back(schema.find("id"));
    Sql sql;
    sql.add("SELECT ")
        .append(columns_of(schema, fields))
        .add(" FROM ")
        .add(schema.table)
        .add(" WHERE id IN (");
    // Always as many, so that it is one statement to the database.
    for (std::size_t i = 0; i < few_rows; ++i) {
        sql.add(i == 0 ? "" : ", ").bind(rows[missing[std::min(i, missing.size() - 1)]].id);
    }
    sql.add(")");
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        auto const id = row.id(static_cast<int>(shown));
        auto const at = *std::ranges::find(missing, id, [&](std::size_t i) { return rows[i].id; });
        texts[at] = text_of(std::span{fields}.first(shown), row);
    });
}

PageRows read_all(Tx& tx, ListQuery const& query, Branches const& where) {
    std::vector<RowText> texts;
    auto const fields = shown_fields(*query.schema);
    auto page =
        scan_page(tx, query, where, fields, [&](Row const& row) { texts.push_back(text_of(fields, row)); });
    page.texts = std::move(texts);
    return page;
}

}  // namespace

PageRows read_page_rows(Tx& tx, ListQuery const& query, Branches const& where) {
    auto const& schema = *query.schema;
    auto* const known = schema.version_says_all() ? tx.row_texts() : nullptr;
    if (known == nullptr) return read_all(tx, query, where);
    std::vector<RowVersion> rows;
    auto page = scan_page(tx, query, where, page_fields(schema), [&](Row const& row) {
        rows.push_back({row.id(0), row.integer(1)});
    });
    page.texts = known->find(&schema, rows);
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!page.texts[i]) missing.push_back(i);
    }
    if (missing.empty()) return page;
    if (missing.size() <= few_rows) {
        look_up(tx, schema, missing, rows, page.texts);
    } else {
        page = read_all(tx, query, where);
    }
    known->offer(&schema, rows, page.texts);
    return page;
}

}  // namespace securestack
