#include "resource/text_index.hpp"

#include <algorithm>

#include "storage/dialect.hpp"

namespace securestack {

namespace {

// Up to here it costs less to look the found rows up and sort them than to go along the list until enough of
// them are met.
constexpr std::int64_t few_rows = 10'000;

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

void add_trigrams(std::string_view word, std::vector<std::string>& out) {
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (begins_character(word[i])) begins.push_back(i);
    }
    begins.push_back(word.size());
    for (std::size_t i = 0; i + 3 < begins.size(); ++i) {
        out.emplace_back(word.substr(begins[i], begins[i + 3] - begins[i]));
    }
}

}  // namespace

std::vector<std::string> trigrams_of(std::string_view search) {
    std::vector<std::string> found;
    while (!search.empty()) {
        auto const end = std::min(search.find(' '), search.size());
        add_trigrams(search.substr(0, end), found);
        search.remove_prefix(std::min(end + 1, search.size()));
    }
    std::ranges::sort(found);
    auto const repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

// Not by a trigger: for one SQLite would keep what each insertion changes, in case it fails half-way, and
// that would be a fifth of what a new server costs.
void note_new_texts(Tx& tx, Schema const& schema, std::span<Param const> ids) {
    if (!schema.has_text_index || ids.empty()) return;
    auto const due = dialect::table_of_due_texts(schema.table, tx.engine());
    if (due.empty()) return;
    Sql sql;
    sql.reserve(ids.size()).add("INSERT INTO ").add(due).add(" (id) VALUES");
    for (auto const& id : ids) sql.add(sql.params().empty() ? " (" : ", (").bind(id).add(")");
    sql.add(" ON CONFLICT DO NOTHING");
    tx.execute(sql.text(), sql.params());
}

std::int64_t index_texts(Tx& tx, Schema const& schema, std::int64_t most) {
    if (!dialect::has_trigram_table(tx, schema.table)) return 0;
    std::int64_t rows = 0;
    for (auto const& statement : dialect::index_what_is_due(schema.table))
        rows = tx.execute(statement, {most});
    return rows;
}

Scope narrowed_by_search(Tx& tx, ListQuery const& query, Scope scope) {
    if (query.search.empty()) return scope;
    tx.run_script(dialect::plan_by_values(tx.engine()));
    auto const trigrams = trigrams_of(query.search);
    auto const table = query.schema->table;
    if (trigrams.empty() || !dialect::has_trigram_table(tx, table)) return scope;
    auto const wanted = dialect::all_trigrams(trigrams);
    auto const found = tx.first(dialect::count_by_trigrams(table), {wanted, few_rows + 1},
                                [](Row const& row) { return row.integer(0); });
    if (found.value_or(0) > few_rows) return scope;
    Sql candidates;
    auto const value = candidates.placeholder(wanted);
    return scope.require(candidates.add(dialect::by_trigrams(table, value)));
}

}  // namespace securestack
