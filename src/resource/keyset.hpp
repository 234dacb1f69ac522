// A list query as SQL: its predicate, its order, and the rows beyond a position in that order.
#pragma once

#include <span>
#include <vector>

#include "resource/query.hpp"

namespace securestack {

// The scope, the filters and the search: one condition for each alternative of the scope, at least one; empty
// when every row will do.
using Branches = std::vector<Sql>;
Branches predicate(ListQuery const& query, Scope const& scope, Engine engine);

// What one filter asks of a row.
Sql condition_of(Filter const& filter, Engine engine);

// What a client may see of a row.
std::vector<Field const*> shown_fields(Schema const& schema);

// What a page reads of each row along its order: all that is shown, or only its id and version
// (page_rows.hpp).
std::vector<Field const*> page_fields(Schema const& schema);

// One row as a JSON object; column i holds fields[i].
void write_row(std::span<Field const* const> fields, Row const& row, JsonWriter& out);
RowText text_of(std::span<Field const* const> fields, Row const& row);

// "table"."column", "table"."column" …
Sql columns_of(Schema const& schema, std::span<Field const* const> fields);

// A SELECT over some fields, and where to find the sort values in its rows.
struct RowScan {
    Sql statement;
    std::vector<int> key_columns;  // of ListQuery::sort; they may stand behind the fields

    Params keys(ListQuery const& query, Row const& row) const;
};

// Of at most `limit` rows the `fields`, column i for fields[i]. The rows satisfy one of `where` and lie
// beyond `position` (null: from the start), nearest first.
RowScan scan_rows(ListQuery const& query, Branches const& where, CursorPosition const* position,
                  std::int64_t limit, std::span<Field const* const> fields);

// A statement that counts the rows that satisfy one of `where`, each once, up to `most`. It reads no more
// than so many of each alternative.
Sql count_statement(ListQuery const& query, Branches const& where, std::int64_t most);

// A statement with a row when any lies beyond `position`.
Sql probe_rows(ListQuery const& query, Branches const& where, CursorPosition const& position);

}  // namespace securestack
