#include <algorithm>

#include "core/encoding.hpp"
#include "resource/page_rows.hpp"
#include "resource/text_index.hpp"

namespace securestack {

namespace {

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

ListPage fetch_page(Tx& tx, ListQuery const& query, Scope const& visible) {
    auto const scope = narrowed_by_search(tx, query, visible);
    auto const where = predicate(query, scope, tx.engine());
    auto const* cursor = query.cursor ? &*query.cursor : nullptr;
    bool const backward = cursor != nullptr && cursor->backward;
    auto rows = read_page_rows(tx, query, where);

    std::optional<CursorPosition> ahead;
    std::optional<CursorPosition> behind;
    if (rows.more) ahead = CursorPosition{.keys = std::move(rows.last), .backward = backward};
    if (cursor != nullptr) {
        behind = way_back(*cursor, std::move(rows.first));
        if (!rows.before && !any_beyond(tx, query, where, *behind)) behind.reset();
    }

    ListPage page;
    page.rows = std::move(rows.texts);
    if (backward) {
        std::ranges::reverse(page.rows);
        std::swap(ahead, behind);
    }
    page.next = std::move(ahead);
    page.previous = std::move(behind);
    if (query.count) page.count = count_rows(tx, query, where);
    return page;
}

std::string page_body(ListPage const& page, ListQuery const& query, std::string_view path,
                      QueryParameters const& parameters, CursorKey const& key) {
    std::string body;
    std::size_t size = 512;
    for (auto const& row : page.rows) size += row->size() + 1;
    body.reserve(size);
    JsonWriter out{body};
    auto const link = [&](std::string_view name, std::optional<CursorPosition> const& position) {
        out.field_name(name);
        if (!position) return out.null();
        out.string(page_url(path, parameters, key.encode(query, *position)));
    };
    out.begin_object();
    out.field_name("results");
    out.begin_array();
    for (auto const& row : page.rows) out.raw(*row);
    out.end_array();
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
