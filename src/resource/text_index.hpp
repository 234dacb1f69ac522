// What an index of a table's search_text does for ?q=. The condition of the search itself stays what it is
// (keyset.cpp) and decides alone: the index only leaves fewer rows to look at.
#pragma once

#include "resource/query.hpp"
#include "resource/scope.hpp"

namespace securestack {

// The scope, narrowed to the rows that the index finds, where these are few. Where they are many the rows in
// the order of the list soon fill a page, and the scope stays as it is; so it does without an index, and for
// words of fewer than three characters. On PostgreSQL the planner chooses between the two, and is told to do
// so anew for each search.
Scope narrowed_by_search(Tx& tx, ListQuery const& query, Scope scope);

// Notes rows that were just inserted as due, by their ids: whoever inserts calls it in the same transaction.
// Updates and deletions note themselves, by triggers. Does nothing for a table without such an index.
void note_new_texts(Tx& tx, Schema const& schema, std::span<Param const> ids);

// Brings the index of the table up to date with at most `most` rows that were written since; how many. Until
// then searches look at those rows themselves. Always 0 on PostgreSQL, whose index is never behind.
std::int64_t index_texts(Tx& tx, Schema const& schema, std::int64_t most);

// The runs of three characters in the words of a folded search, each once.
std::vector<std::string> trigrams_of(std::string_view search);

}  // namespace securestack
