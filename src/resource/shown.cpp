#include "resource/shown.hpp"

#include "resource/keyset.hpp"

namespace securestack {
namespace {

// " FROM … WHERE …"
Sql only(Schema const& schema, Scope const& scope) {
    Sql sql;
    sql.add(" FROM ").add(schema.table).add(" WHERE ").append(scope.common());
    if (scope.alternatives().empty()) return sql;
    std::string_view before = " AND (";
    for (auto const& alternative : scope.alternatives()) {
        sql.add(std::exchange(before, " OR ")).append(alternative);
    }
    return std::move(sql.add(")"));
}

std::optional<RowVersion> find_version(Tx& tx, Sql const& rest) {
    std::optional<RowVersion> found;
    Sql sql;
    sql.add("SELECT id, version").append(rest);
    tx.query(sql.text(), sql.params(), [&](Row const& row) { found = {row.id(0), row.integer(1)}; });
    return found;
}

std::optional<ShownRow> read(Tx& tx, Schema const& schema, Sql const& rest) {
    auto fields = shown_fields(schema);
    auto const shown = fields.size();
    fields.push_back(schema.find("version"));
    std::optional<ShownRow> found;
    Sql sql;
    sql.add("SELECT ").append(columns_of(schema, fields)).append(rest);
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        found = {row.integer(static_cast<int>(shown)), text_of(std::span{fields}.first(shown), row)};
    });
    return found;
}

// To ask PostgreSQL twice costs more than the row.
RowTexts* texts_for(Tx& tx, Schema const& schema) {
    return tx.engine() == Engine::sqlite && schema.version_says_all() ? tx.row_texts() : nullptr;
}

}  // namespace

std::optional<ShownRow> find_shown_row(Tx& tx, Schema const& schema, Scope const& scope) {
    auto const rest = only(schema, scope);
    auto* const known = texts_for(tx, schema);
    if (known == nullptr) return read(tx, schema, rest);
    auto const row = find_version(tx, rest);
    if (!row) return std::nullopt;
    if (auto text = known->find(&schema, {&*row, 1}).front()) return ShownRow{row->version, std::move(text)};
    auto shown = read(tx, schema, rest);
    if (shown) known->offer(&schema, {&*row, 1}, {&shown->json, 1});
    return shown;
}

}  // namespace securestack
