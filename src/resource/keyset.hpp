// A list query as SQL: its predicate, its order, and the rows beyond a position in that order.
#pragma once

#include <vector>

#include "resource/query.hpp"

namespace securestack {

// The scope, the filters and the search: one condition for each alternative of the scope, at least one; empty
// when every row will do.
using Branches = std::vector<Sql>;
Branches predicate(ListQuery const& query, Scope const& scope, Engine engine);

// A SELECT over the readable fields, and where to find the sort values in its rows.
struct RowScan {
    Sql statement;
    std::vector<Field const*>
        fields;                    // column i holds fields[i]; there may be more columns, for sorting only
    std::vector<int> key_columns;  // of ListQuery::sort

    Params keys(ListQuery const& query, Row const& row) const;
};

// At most `limit` rows that satisfy one of `where` and lie beyond `position` (null: from the start), nearest
// first.
RowScan scan_rows(ListQuery const& query, Branches const& where, CursorPosition const* position,
                  std::int64_t limit);

// A statement that counts the rows that satisfy one of `where`, each once, up to `most`. It reads no more
// than so many of each alternative.
Sql count_statement(ListQuery const& query, Branches const& where, std::int64_t most);

// A statement with a row when any lies beyond `position`.
Sql probe_rows(ListQuery const& query, Branches const& where, CursorPosition const& position);

}  // namespace securestack
