#include "resource/table.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/encoding.hpp"
#include "resource/insert_many.hpp"
#include "resource/text_index.hpp"

namespace securestack {

Problem duplicate(UniqueRule const& rule) {
    Problem problem{ErrorCode::conflict, std::string{rule.detail}};
    problem.errors.push_back({std::string{rule.pointer}, "duplicate", std::string{rule.detail}});
    return problem;
}

namespace detail {
namespace {

constexpr std::string_view id_column = "id";
constexpr std::string_view version_column = "version";
constexpr std::string_view search_column = "search_text";

// What ?q= looks at: the searchable members, folded. A word never reaches from one member into the next.
std::string search_text(Schema const& schema, void const* object) {
    std::string text;
    for (auto const& field : schema.fields) {
        if (!field.is_searchable) continue;
        auto const param = field.access->to_param(object);
        auto const* value = std::get_if<std::string>(&param.value());
        if (value == nullptr) continue;
        auto const folded = fold_case(*value);
        if (!folded) continue;
        text += *folded;
        text += '\n';
    }
    return text;
}

// Runs a statement that may hit one of the schema's unique indexes; the number of rows that it changed.
Result<std::int64_t> guarded(Tx& tx, Schema const& schema, std::string_view sql, Params const& params) {
    if (schema.unique.empty()) return tx.execute(sql, params);
    try {
        return tx.attempt(sql, params);
    } catch (DatabaseError const& error) {
        if (error.kind() != DatabaseError::Kind::unique) throw;
        auto const rule = std::ranges::find(schema.unique, error.constraint(), &UniqueRule::index);
        if (rule == schema.unique.end()) throw;
        return duplicate(*rule);
    }
}

// The statement that inserts so many rows, with every column.
std::string insert_text(Schema const& schema, std::size_t rows) {
    std::string names;
    std::size_t columns = 0;
    auto const add = [&](std::string_view column) {
        names += columns++ == 0 ? "\"" : ", \"";
        names.append(column) += '"';
    };
    for (auto const& field : schema.fields) add(field.name);
    if (schema.is_searchable()) add(search_column);
    std::string text{"INSERT INTO "};
    text.append(schema.table).append(" (").append(names).append(") VALUES ");
    for (std::size_t param = 0; param < rows * columns;) {
        text += param % columns != 0 ? ", " : param == 0 ? "(" : ", (";
        text.append("$").append(std::to_string(++param));
        if (param % columns == 0) text += ')';
    }
    return text;
}

// Its parameters, of one row.
void add_columns(Schema const& schema, void const* object, Params& params) {
    for (auto const& field : schema.fields) params.push_back(field.access->to_param(object));
    if (schema.is_searchable()) params.emplace_back(search_text(schema, object));
}

// Made once: of a new row, the statement's text would cost more than its values.
std::string const& insert_one_text(Schema const& schema) {
    thread_local std::unordered_map<Schema const*, std::string> texts;
    auto& text = texts[&schema];
    if (text.empty()) text = insert_text(schema, 1);
    return text;
}

// Every column but the id; only while the row still has the version that `object` was read with.
Sql update_statement(Schema const& schema, void const* object) {
    Sql sql;
    Sql condition;
    sql.add("UPDATE ").add(schema.table).add(" SET ");
    bool first = true;
    auto const set = [&](std::string_view column, Param value) {
        if (!first) sql.add(", ");
        first = false;
        sql.column(column).add(" = ").bind(std::move(value));
    };
    for (auto const& field : schema.fields) {
        auto value = field.access->to_param(object);
        if (field.name == id_column) {
            condition.add(condition.empty() ? "" : " AND ")
                .column(id_column)
                .add(" = ")
                .bind(std::move(value));
        } else if (field.name == version_column) {
            auto const next = std::get<std::int64_t>(value.value()) + 1;
            condition.add(condition.empty() ? "" : " AND ").column(version_column).add(" = ").bind(value);
            set(version_column, next);
        } else {
            set(field.name, std::move(value));
        }
    }
    if (schema.is_searchable()) set(search_column, search_text(schema, object));
    return std::move(sql.add(" WHERE ").append(condition));
}

}  // namespace

Result<void> insert_row(Tx& tx, Schema const& schema, void const* object) {
    Params params;
    params.reserve(schema.fields.size() + 1);
    add_columns(schema, object, params);
    auto const inserted = guarded(tx, schema, insert_one_text(schema), params);
    if (!inserted) return inserted.error();
    if (schema.has_text_index) {
        auto const id = schema.find(id_column)->access->to_param(object);
        note_new_texts(tx, schema, {&id, 1});
    }
    return {};
}

bool find_row(Tx& tx, Schema const& schema, Sql const& where, void* object) {
    bool found = false;
    read_rows(tx, schema, Sql{}.add("WHERE ").append(where).add(" LIMIT 1"), object, [&] { found = true; });
    return found;
}

void read_rows(Tx& tx, Schema const& schema, Sql const& rest, void* object,
               std::function<void()> const& visit) {
    Sql sql;
    bool first = true;
    for (auto const& field : schema.fields) {
        sql.add(first ? "SELECT " : ", ").column(field.name);
        first = false;
    }
    sql.add(" FROM ").add(schema.table).add(" ").append(rest);
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        int column = 0;
        for (auto const& field : schema.fields) field.access->from_row(row, column++, object);
        visit();
    });
}

Result<void> update_row(Tx& tx, Schema const& schema, void const* object) {
    auto const sql = update_statement(schema, object);
    auto const rows = guarded(tx, schema, sql.text(), sql.params());
    if (!rows) return rows.error();
    if (*rows == 0) {
        throw DatabaseError{DatabaseError::Kind::serialization,
                            "a row of " + std::string{schema.table} + " changed since it was read"};
    }
    return {};
}

bool delete_row(Tx& tx, Schema const& schema, Id id) {
    Sql sql;
    sql.add("DELETE FROM ").add(schema.table).add(" WHERE ").column(id_column).add(" = ").bind(id);
    return tx.execute(sql.text(), sql.params()) > 0;
}

}  // namespace detail

std::vector<Id> insert_new_rows(Tx& tx, Schema const& schema, std::span<void const* const> objects) {
    std::vector<Id> written;
    if (objects.empty()) return written;
    Params params;
    params.reserve(objects.size() * (schema.fields.size() + 1));
    for (auto const* object : objects) detail::add_columns(schema, object, params);
    auto const sql = detail::insert_text(schema, objects.size()) + " ON CONFLICT DO NOTHING RETURNING id";
    Params ids;
    tx.query(sql, params, [&](Row const& row) {
        written.push_back(row.id(0));
        ids.emplace_back(written.back());
    });
    note_new_texts(tx, schema, ids);
    return written;
}

}  // namespace securestack
