// Everything that is written differently for the two engines. No other file asks which engine it talks to.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "storage/database.hpp"

namespace securestack::dialect {

// Replaces the words in braces by the engine's own.
//
// - {int} {bool} {real} {text} {bytes} {id} {time} {json} are types of columns (value.hpp). Texts compare by
//   their bytes.
// - {strict} stands after the closing parenthesis of CREATE TABLE.
//
// Throws std::logic_error for any other word. Braces around what is no word stay.
std::string expand(std::string_view sql, Engine engine);

// A statement with $1 = name that returns a row when the table exists.
std::string_view table_exists(Engine engine);

// Taken at the start of a maintenance unit: keeps other replicas' maintenance out until the transaction ends.
std::string_view maintenance_lock(Engine engine);

// One string out of an object in a {json} column; NULL when it has no such member. `key` is a placeholder or
// a text expression; its value must not contain a double quote.
std::string json_member(std::string_view column, std::string_view key, Engine engine);

// False when PostgreSQL has no index that serves searches (migrations/0013_search.postgresql.sql).
bool searches_by_index(Tx& tx);

// A script for the rest of the transaction: statements are planned for the values that they are given, and
// not once for all. SQLite has nothing to say there; PostgreSQL's statistics know which words are rare.
std::string_view plan_by_values(Engine engine);

// A script that gathers what the planner knows of the tables, from some hundred rows of each index. Empty for
// PostgreSQL, which does so by itself.
std::string_view gather_statistics(Engine engine);

// SQLite's index of the trigrams of a table's search_text (migrations/0014_search_index.sqlite.sql).
// PostgreSQL has none that one could ask: its planner uses its own.
bool has_trigram_table(Tx& tx, std::string_view table);
// The table of such an index where a new row's id is put, for `index_what_is_due`; empty for PostgreSQL.
std::string table_of_due_texts(std::string_view table, Engine engine);
// What such an index is asked for: rows that have all of them, in any order.
std::string all_trigrams(std::span<std::string const> trigrams);
// A statement with $1 = that, and $2 = where to stop counting.
std::string count_by_trigrams(std::string_view table);
// A condition on the table's id; `wanted` is a placeholder for that. True of what is not yet indexed, too.
std::string by_trigrams(std::string_view table, std::string_view wanted);
// Statements, each with $1 = how many rows at most, that in their order index what is due; the last one says
// by its number of rows how many that were.
std::array<std::string, 5> index_what_is_due(std::string_view table);

// A statement with $1 = table that returns name, type and nullability (a boolean) of each column.
std::string_view table_columns(Engine engine);

// The statement with SQLite's placeholders: "$1" becomes "?1", except in literals, quoted names and comments.
// (SQLite accepts "$1" too, but numbers such names by first appearance.)
std::string to_sqlite(std::string_view sql);

}  // namespace securestack::dialect
