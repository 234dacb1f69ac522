#include "storage/dialect.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/ascii.hpp"

namespace securestack::dialect {
namespace {

struct Word {
    std::string_view name;
    std::string_view sqlite;
    std::string_view postgresql;
};

// The "C" collation gives PostgreSQL the order that SQLite has: by the bytes of the UTF-8 text.
constexpr std::array words{
    Word{"int", "INTEGER", "bigint"},
    Word{"bool", "INTEGER", "boolean"},
    Word{"real", "REAL", "double precision"},
    Word{"text", "TEXT", "text COLLATE \"C\""},
    Word{"bytes", "BLOB", "bytea"},
    Word{"id", "BLOB", "uuid"},
    Word{"time", "INTEGER", "bigint"},
    Word{"json", "TEXT", "text"},
    Word{"strict", " STRICT", ""},
};

bool is_name(char c) {
    return ascii::is_alphanumeric(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view meaning(std::string_view name, Engine engine) {
    auto const* word = std::ranges::find(words, name, &Word::name);
    if (word == words.end())
        throw std::logic_error("unknown word {" + std::string{name} + "} in a migration");
    return engine == Engine::sqlite ? word->sqlite : word->postgresql;
}

// The end of the literal, quoted name or comment that begins at `start`; `start` when none begins there. A
// doubled quote inside a literal reads as two literals side by side, which is the same for this purpose.
std::size_t end_of_opaque(std::string_view sql, std::size_t start) {
    auto const upto = [&](std::string_view end, std::size_t from) {
        auto const found = sql.find(end, from);
        return found == sql.npos ? sql.size() : found + end.size();
    };
    auto const rest = sql.substr(start);
    if (rest.starts_with("--")) return upto("\n", start + 2);
    if (rest.starts_with("/*")) return upto("*/", start + 2);
    switch (sql[start]) {
        case '\'':
        case '"':
        case '`':
            return upto(sql.substr(start, 1), start + 1);
        case '[':
            return upto("]", start + 1);
        default:
            return start;
    }
}

}  // namespace

std::string expand(std::string_view sql, Engine engine) {
    std::string out;
    out.reserve(sql.size() + sql.size() / 8);
    for (std::size_t i = 0; i < sql.size();) {
        auto const end =
            sql[i] == '{' ? sql.find_first_not_of("abcdefghijklmnopqrstuvwxyz", i + 1) : sql.npos;
        if (end != sql.npos && sql[end] == '}' && end > i + 1) {
            out += meaning(sql.substr(i + 1, end - i - 1), engine);
            i = end + 1;
        } else {
            out += sql[i++];
        }
    }
    return out;
}

std::string_view table_exists(Engine engine) {
    return engine == Engine::sqlite ? "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1"
                                    : "SELECT 1 WHERE to_regclass(CAST($1 AS text)) IS NOT NULL";
}

std::string_view maintenance_lock(Engine engine) {
    // BEGIN IMMEDIATE has taken SQLite's write lock. The number is arbitrary and must never change.
    return engine == Engine::sqlite ? "" : "SELECT pg_advisory_xact_lock(6003482210947215361)";
}

std::string json_member(std::string_view column, std::string_view key, Engine engine) {
    std::string out;
    if (engine == Engine::sqlite) {
        out.append("json_extract(").append(column).append(", '$.\"' || ").append(key).append(" || '\"')");
    } else {
        out.append("(CAST(").append(column).append(" AS json) ->> CAST(").append(key).append(" AS text))");
    }
    return out;
}

bool searches_by_index(Tx& tx) {
    if (tx.engine() == Engine::sqlite) return true;
    return tx.first(table_exists(tx.engine()), {"servers_by_text"}, [](Row const&) { return true; })
        .has_value();
}

std::string_view plan_by_values(Engine engine) {
    return engine == Engine::sqlite ? "" : "SET LOCAL plan_cache_mode = force_custom_plan";
}

std::string_view gather_statistics(Engine engine) {
    // A new sqlite_stat1 is a new schema, which every connection reads; rows in the old one would reach none
    // but the writer. Of a small table nothing is kept: it may be large tomorrow, and without statistics it
    // is taken for large.
    return engine == Engine::sqlite
               ? "PRAGMA analysis_limit = 400; DROP TABLE IF EXISTS sqlite_stat1; ANALYZE;"
                 "DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < 10000;"
                 "ANALYZE sqlite_schema"
               : "";
}

bool has_trigram_table(Tx& tx, std::string_view table) {
    if (tx.engine() != Engine::sqlite) return false;
    return tx
        .first(table_exists(tx.engine()), {std::string{table} + "_search"}, [](Row const&) { return true; })
        .has_value();
}

std::string table_of_due_texts(std::string_view table, Engine engine) {
    return engine == Engine::sqlite ? std::string{table} + "_search_due" : std::string{};
}

std::string all_trigrams(std::span<std::string const> trigrams) {
    std::string query;
    for (auto const& each : trigrams) {
        query += query.empty() ? "\"" : " AND \"";
        for (char const c : each) {
            if (c == '"') query += '"';
            query += c;
        }
        query += '"';
    }
    return query;
}

std::string count_by_trigrams(std::string_view table) {
    auto const index = std::string{table} + "_search";
    return "SELECT count(*) FROM (SELECT 1 FROM " + index + " WHERE " + index +
           " MATCH $1 UNION ALL SELECT 1 FROM " + index + "_due LIMIT $2)";
}

std::string by_trigrams(std::string_view table, std::string_view wanted) {
    auto const index = std::string{table} + "_search";
    std::string condition{"id IN (SELECT id FROM "};
    condition.append(index).append("_rows WHERE number IN (SELECT rowid FROM ").append(index);
    condition.append(" WHERE ").append(index).append(" MATCH ").append(wanted);
    condition.append(") UNION ALL SELECT id FROM ").append(index).append("_due)");
    return condition;
}

std::array<std::string, 5> index_what_is_due(std::string_view table) {
    auto const index = std::string{table} + "_search";
    auto const rows = index + "_rows";
    auto const due = "(SELECT * FROM " + index + "_due ORDER BY id LIMIT $1)";
    auto const due_ids = "(SELECT id FROM " + index + "_due ORDER BY id LIMIT $1)";
    auto const texts = std::string{table} + " t";
    return {"INSERT INTO " + index + " (" + index + ", rowid, text) SELECT 'delete', r.number, d.was FROM " +
                due + " d JOIN " + rows + " r ON r.id = d.id WHERE d.was IS NOT NULL",
            "INSERT INTO " + rows + " (id) SELECT d.id FROM " + due + " d JOIN " + texts +
                " ON t.id = d.id WHERE NOT EXISTS (SELECT 1 FROM " + rows + " r WHERE r.id = d.id)",
            "INSERT INTO " + index + " (rowid, text) SELECT r.number, t.search_text FROM " + due +
                " d JOIN " + rows + " r ON r.id = d.id JOIN " + texts + " ON t.id = d.id",
            "DELETE FROM " + rows + " WHERE id IN " + due_ids + " AND NOT EXISTS (SELECT 1 FROM " + texts +
                " WHERE t.id = " + rows + ".id)",
            "DELETE FROM " + index + "_due WHERE id IN " + due_ids};
}

std::string_view table_columns(Engine engine) {
    return engine == Engine::sqlite
               ? "SELECT name, type, \"notnull\" = 0 AND pk = 0 FROM pragma_table_info($1) ORDER BY cid"
               : "SELECT CAST(column_name AS text), CAST(data_type AS text), is_nullable = 'YES' "
                 "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 "
                 "ORDER BY ordinal_position";
}

std::string to_sqlite(std::string_view sql) {
    std::string out{sql};
    for (std::size_t i = 0; i < sql.size();) {
        if (auto const end = end_of_opaque(sql, i); end != i) {
            i = end;
            continue;
        }
        bool const begins = sql[i] == '$' && (i == 0 || !is_name(sql[i - 1]));
        if (begins && i + 1 < sql.size() && ascii::is_digit(sql[i + 1])) out[i] = '?';
        ++i;
    }
    return out;
}

}  // namespace securestack::dialect
