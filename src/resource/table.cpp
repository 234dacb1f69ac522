#include "resource/table.hpp"

#include <algorithm>
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
Result<std::int64_t> guarded(Tx& tx, Schema const& schema, Sql const& sql) {
    if (schema.unique.empty()) return tx.execute(sql.text(), sql.params());
    try {
        return tx.attempt(sql.text(), sql.params());
    } catch (DatabaseError const& error) {
        if (error.kind() != DatabaseError::Kind::unique) throw;
        auto const rule = std::ranges::find(schema.unique, error.constraint(), &UniqueRule::index);
        if (rule == schema.unique.end()) throw;
        return duplicate(*rule);
    }
}

// Every column of every object.
Sql insert_statement(Schema const& schema, std::span<void const* const> objects) {
    Sql sql;
    sql.reserve(objects.size() * (schema.fields.size() + 1));
    sql.add("INSERT INTO ").add(schema.table).add(" (");
    bool first = true;
    auto const separate = [&] { sql.add(std::exchange(first, false) ? "" : ", "); };
    for (auto const& field : schema.fields) {
        separate();
        sql.column(field.name);
    }
    if (schema.is_searchable()) sql.add(", ").column(search_column);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        sql.add(i == 0 ? ") VALUES (" : "), (");
        first = true;
        for (auto const& field : schema.fields) {
            separate();
            sql.bind(field.access->to_param(objects[i]));
        }
        if (schema.is_searchable()) sql.add(", ").bind(search_text(schema, objects[i]));
    }
    return std::move(sql.add(")"));
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
    auto const sql = insert_statement(schema, {&object, 1});
    auto inserted = guarded(tx, schema, sql);
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
    auto const rows = guarded(tx, schema, sql);
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
    auto sql = detail::insert_statement(schema, objects);
    sql.add(" ON CONFLICT DO NOTHING RETURNING id");
    Params ids;
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        written.push_back(row.id(0));
        ids.emplace_back(written.back());
    });
    note_new_texts(tx, schema, ids);
    return written;
}

}  // namespace securestack
