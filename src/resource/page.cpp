#include <algorithm>

#include "core/encoding.hpp"
#include "resource/keyset.hpp"
#include "resource/text_index.hpp"

namespace securestack {

namespace {

// Rows as JSON, one after the other with commas between, so that a page read backward can be turned round.
class RowText {
  public:
    explicit RowText(std::size_t limit) {
        text_.reserve(limit * usual_row);
        starts_.reserve(limit);
    }

    void add(std::span<Field const* const> fields, Row const& row) {
        if (!starts_.empty()) text_ += ',';
        starts_.push_back(text_.size());
        JsonWriter out{text_};
        out.begin_object();
        for (std::size_t i = 0; i < fields.size(); ++i) {
            out.field_name(fields[i]->name);
            fields[i]->access->row_to_json(row, static_cast<int>(i), out);
        }
        out.end_object();
    }

    std::size_t rows() const { return starts_.size(); }

    std::string take(bool reversed) {
        if (!reversed) {
            text_ += ']';
            return std::move(text_);
        }
        std::string turned{"["};
        turned.reserve(text_.size() + 1);
        auto end = text_.size();
        for (auto i = starts_.size(); i-- > 0;) {
            turned.append(text_, starts_[i], end - starts_[i]);
            if (i > 0) turned += ',';
            end = starts_[i] - 1;
        }
        return turned += ']';
    }

  private:
    static constexpr std::size_t usual_row = 512;  // bytes; a longer one costs a reallocation

    std::string text_{"["};
    std::vector<std::size_t> starts_;
};

bool any_beyond(Tx& tx, ListQuery const& query, Branches const& where, CursorPosition const& position) {
    bool found = false;
    auto const sql = probe_rows(query, where, position);
    tx.query(sql.text(), sql.params(), [&](Row const&) { found = true; });
    return found;
}

RowCount count_rows(Tx& tx, ListQuery const& query, Branches const& where) {
    auto const sql = count_statement(query, where, most_counted + 1);
    std::int64_t rows = 0;
    tx.query(sql.text(), sql.params(), [&](Row const& row) { rows = row.integer(0); });
    return {.rows = std::min(rows, most_counted), .is_exact = rows <= most_counted};
}

// The page on the side that this one was reached from: beyond its first row; for an empty page, beyond the
// cursor and with the row that stood there.
CursorPosition way_back(CursorPosition const& cursor, Params first) {
    if (first.empty())
        return {.keys = cursor.keys, .backward = !cursor.backward, .inclusive = !cursor.inclusive};
    return {.keys = std::move(first), .backward = !cursor.backward};
}

std::string page_url(std::string_view path, QueryParameters const& parameters, std::string_view cursor) {
    std::string url{path};
    char separator = '?';
    auto const add = [&](std::string_view name, std::string_view value) {
        url += separator;
        url += percent_encode(name);
        url += '=';
        url += percent_encode(value);
        separator = '&';
    };
    for (auto const& [name, value] : parameters) {
        if (name != "cursor") add(name, value);
    }
    add("cursor", cursor);
    return url;
}

}  // namespace

ListPage fetch_page(Tx& tx, ListQuery const& query, Scope const& rows) {
    auto const scope = narrowed_by_search(tx, query, rows);
    auto const where = predicate(query, scope, tx.engine());
    auto const* cursor = query.cursor ? &*query.cursor : nullptr;
    auto const scan = scan_rows(query, where, cursor, query.limit + 1);
    auto const limit = static_cast<std::size_t>(query.limit);

    RowText text{limit};
    Params first;
    Params last;
    bool more = false;
    tx.query(scan.statement.text(), scan.statement.params(), [&](Row const& row) {
        if (text.rows() == limit) {
            more = true;
            return;
        }
        text.add(scan.fields, row);
        if (cursor != nullptr && text.rows() == 1) first = scan.keys(query, row);
        if (text.rows() == limit) last = scan.keys(query, row);
    });

    bool const backward = cursor != nullptr && cursor->backward;
    std::optional<CursorPosition> ahead;
    std::optional<CursorPosition> behind;
    if (more) ahead = CursorPosition{.keys = std::move(last), .backward = backward};
    if (cursor != nullptr) {
        behind = way_back(*cursor, std::move(first));
        if (!any_beyond(tx, query, where, *behind)) behind.reset();
    }

    ListPage page;
    page.rows = static_cast<std::int64_t>(text.rows());
    page.results = text.take(backward);
    if (backward) std::swap(ahead, behind);
    page.next = std::move(ahead);
    page.previous = std::move(behind);
    if (query.count) page.count = count_rows(tx, query, where);
    return page;
}

std::string page_body(ListPage const& page, ListQuery const& query, std::string_view path,
                      QueryParameters const& parameters, CursorKey const& key) {
    std::string body;
    body.reserve(page.results.size() + 512);
    JsonWriter out{body};
    auto const link = [&](std::string_view name, std::optional<CursorPosition> const& position) {
        out.field_name(name);
        if (!position) return out.null();
        out.string(page_url(path, parameters, key.encode(query, *position)));
    };
    out.begin_object();
    out.field_name("results");
    out.raw(page.results);
    link("next", page.next);
    link("previous", page.previous);
    if (page.count) {
        out.field_name("count");
        out.integer(page.count->rows);
        out.field_name("count_is_exact");
        out.boolean(page.count->is_exact);
    }
    out.end_object();
    return body;
}

}  // namespace securestack
