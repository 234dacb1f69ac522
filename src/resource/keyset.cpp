#include "resource/keyset.hpp"

#include <algorithm>
#include <stdexcept>

#include "storage/dialect.hpp"

namespace securestack {

namespace {

constexpr std::size_t usual_row = 512;  // bytes; a longer one costs a reallocation

std::string_view sign(Comparison comparison) {
    switch (comparison) {
        case Comparison::gte:
            return " >= ";
        case Comparison::gt:
            return " > ";
        case Comparison::lte:
            return " <= ";
        case Comparison::lt:
            return " < ";
        case Comparison::any_of:
            break;
    }
    throw std::logic_error("any_of is not one comparison");
}

Sql filtered_value(Filter const& filter, Engine engine) {
    Sql value;
    if (filter.field->type->json != JsonType::map) return value.column(filter.field->name);
    auto const key = value.placeholder(filter.key);
    return value.add(dialect::json_member("\"" + std::string{filter.field->name} + "\"", key, engine));
}

void add_any_of(Filter const& filter, Engine engine, Sql& out) {
    auto const value = filtered_value(filter, engine);
    bool const or_null = std::ranges::any_of(filter.values, [](auto const& wanted) { return !wanted; });
    std::size_t others = 0;
    out.add("(");
    for (auto const& wanted : filter.values) {
        if (!wanted) continue;
        if (others == 0) out.append(value).add(" IN (");
        if (others > 0) out.add(", ");
        out.bind(*wanted);
        ++others;
    }
    if (others > 0) out.add(")");
    if (others > 0 && or_null) out.add(" OR ");
    if (or_null) out.append(value).add(" IS NULL");
    out.add(")");
}

std::string like_pattern(std::string_view word) {
    std::string pattern{"%"};
    for (char const c : word) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern += '%';
}

// Whether the values grow in the direction of travel.
bool is_rising(SortKey const& key, bool backward) {
    return key.descending == backward;
}

std::string_view beyond_sign(bool rising, bool inclusive) {
    if (inclusive) return rising ? " >= " : " <= ";
    return rising ? " > " : " < ";
}

// (a, b, id) > ($1, $2, $3): one range of the index.
void add_row_comparison(ListQuery const& query, CursorPosition const& position, Sql& out) {
    out.add("(");
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
        if (i > 0) out.add(", ");
        out.column(query.sort[i].field->name);
    }
    out.add(")").add(beyond_sign(is_rising(query.sort[0], position.backward), position.inclusive)).add("(");
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
        if (i > 0) out.add(", ");
        out.bind(position.keys[i]);
    }
    out.add(")");
}

// a >= $1 AND (a > $1 OR (a = $1 AND (b < $2 OR (b = $2 AND id > $3)))): the first term is the range that an
// index serves, the rest sorts out its beginning.
void add_expanded_comparison(ListQuery const& query, CursorPosition const& position, Sql& out) {
    auto const last = query.sort.size() - 1;
    for (std::size_t i = 0; i <= last; ++i) {
        auto const name = query.sort[i].field->name;
        bool const rising = is_rising(query.sort[i], position.backward);
        auto const value = out.placeholder(position.keys[i]);
        if (i == 0) out.column(name).add(beyond_sign(rising, true)).add(value).add(" AND (");
        out.column(name).add(beyond_sign(rising, position.inclusive && i == last)).add(value);
        if (i < last) out.add(" OR (").column(name).add(" = ").add(value).add(" AND (");
    }
    for (std::size_t i = 0; i < last; ++i) out.add("))");
    out.add(")");
}

void add_beyond(ListQuery const& query, CursorPosition const& position, Sql& out) {
    bool const one_way = std::ranges::all_of(
        query.sort, [&](SortKey const& key) { return key.descending == query.sort[0].descending; });
    return one_way ? add_row_comparison(query, position, out) : add_expanded_comparison(query, position, out);
}

void add_conditions(ListQuery const& query, Sql const& where, CursorPosition const* position, Sql& out) {
    out.add(" FROM ").add(query.schema->table);
    if (!where.empty()) out.add(" WHERE ").append(where);
    if (position == nullptr) return;
    out.add(where.empty() ? " WHERE " : " AND ");
    add_beyond(query, *position, out);
}

Param read_key(Field const& field, Row const& row, int column) {
    if (field.type->ranked) return row.integer(column);
    switch (field.type->json) {
        case JsonType::string:
        case JsonType::choice:
            return row.text(column);
        case JsonType::integer:
        case JsonType::time:
            return row.integer(column);
        case JsonType::boolean:
            return row.boolean(column);
        case JsonType::id:
            return row.id(column);
        default:
            throw std::logic_error("a list is sorted by scalars only");
    }
}

void add_order(ListQuery const& query, bool backward, Sql& out) {
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
        out.add(i == 0 ? " ORDER BY " : ", ").column(query.sort[i].field->name);
        if (!is_rising(query.sort[i], backward)) out.add(" DESC");
    }
}

// The scope, the filters and the search in one condition.
Sql conditions(ListQuery const& query, Sql const& rows, Engine engine) {
    Sql where;
    auto const conjunct = [&]() -> Sql& { return where.empty() ? where : where.add(" AND "); };
    if (!rows.empty()) where.add("(").append(rows).add(")");
    for (auto const& filter : query.filters) {
        conjunct().append(condition_of(filter, engine));
    }
    std::string_view rest{query.search};
    while (!rest.empty()) {
        auto const end = std::min(rest.find(' '), rest.size());
        conjunct().add("search_text LIKE ").bind(like_pattern(rest.substr(0, end))).add(" ESCAPE '\\'");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return where;
}

// The sort values of the nearest rows of every branch, each read along its own index, and the nearest of
// these. Only they are then looked up whole. A row that several branches have comes once (UNION).
void add_nearest(ListQuery const& query, Branches const& branches, CursorPosition const* position,
                 std::int64_t limit, Sql& out) {
    bool const backward = position != nullptr && position->backward;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        out.add(i == 0 ? "SELECT * FROM (" : " UNION SELECT * FROM (");
        for (std::size_t key = 0; key < query.sort.size(); ++key) {
            out.add(key == 0 ? "SELECT " : ", ").column(query.sort[key].field->name);
        }
        add_conditions(query, branches[i], position, out);
        add_order(query, backward, out);
        out.add(" LIMIT ").bind(limit).add(") branch_").add(std::to_string(i));
    }
    add_order(query, backward, out);
    out.add(" LIMIT ").bind(limit);
}

}  // namespace

Sql condition_of(Filter const& filter, Engine engine) {
    Sql condition;
    if (filter.comparison == Comparison::any_of) {
        add_any_of(filter, engine, condition);
    } else {
        condition.column(filter.field->name).add(sign(filter.comparison)).bind(filter.values[0].value());
    }
    return condition;
}

Branches predicate(ListQuery const& query, Scope const& scope, Engine engine) {
    if (scope.alternatives().empty()) return {conditions(query, scope.common(), engine)};
    Branches branches;
    for (auto const& alternative : scope.alternatives()) {
        Sql rows = scope.common();
        if (!rows.empty()) rows.add(" AND ");
        branches.push_back(conditions(query, rows.append(alternative), engine));
    }
    return branches;
}

Params RowScan::keys(ListQuery const& query, Row const& row) const {
    Params values;
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
        values.push_back(read_key(*query.sort[i].field, row, key_columns[i]));
    }
    return values;
}

std::vector<Field const*> shown_fields(Schema const& schema) {
    std::vector<Field const*> shown;
    for (auto const& field : schema.fields) {
        if (field.is_readable()) shown.push_back(&field);
    }
    return shown;
}

void write_row(std::span<Field const* const> fields, Row const& row, JsonWriter& out) {
    out.begin_object();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        out.field_name(fields[i]->name);
        fields[i]->access->row_to_json(row, static_cast<int>(i), out);
    }
    out.end_object();
}

RowText text_of(std::span<Field const* const> fields, Row const& row) {
    std::string text;
    text.reserve(usual_row);
    JsonWriter out{text};
    write_row(fields, row, out);
    return std::make_shared<std::string const>(std::move(text));
}

std::vector<Field const*> page_fields(Schema const& schema) {
    if (schema.version_says_all()) return {schema.find("id"), schema.find("version")};
    return shown_fields(schema);
}

Sql columns_of(Schema const& schema, std::span<Field const* const> fields) {
    Sql sql;
    for (auto const* field : fields) {
        if (!sql.empty()) sql.add(", ");
        sql.add(schema.table).add(".").column(field->name);
    }
    return sql;
}

RowScan scan_rows(ListQuery const& query, Branches const& where, CursorPosition const* position,
                  std::int64_t limit, std::span<Field const* const> fields) {
    RowScan scan;
    auto& sql = scan.statement;
    std::vector<Field const*> selected{fields.begin(), fields.end()};
    for (auto const& key : query.sort) {
        auto const at = std::ranges::find(selected, key.field);
        scan.key_columns.push_back(static_cast<int>(at - selected.begin()));
        if (at == selected.end()) selected.push_back(key.field);
    }
    sql.add("SELECT ").append(columns_of(*query.schema, selected));
    bool const backward = position != nullptr && position->backward;
    if (where.size() == 1) {
        add_conditions(query, where.front(), position, sql);
        add_order(query, backward, sql);
        sql.add(" LIMIT ").bind(limit);
        return scan;
    }
    sql.add(" FROM (");
    add_nearest(query, where, position, limit, sql);
    sql.add(") nearest JOIN ").add(query.schema->table).add(" ON ").add(query.schema->table);
    sql.add(".id = nearest.id");
    for (std::size_t i = 0; i < query.sort.size(); ++i) {
        sql.add(i == 0 ? " ORDER BY nearest." : ", nearest.").column(query.sort[i].field->name);
        if (!is_rising(query.sort[i], backward)) sql.add(" DESC");
    }
    return scan;
}

Sql count_statement(ListQuery const& query, Branches const& where, std::int64_t most) {
    Sql sql;
    sql.add("SELECT count(*) FROM (");
    for (std::size_t i = 0; i < where.size(); ++i) {
        sql.add(i == 0 ? "SELECT * FROM (SELECT id" : " UNION SELECT * FROM (SELECT id");
        add_conditions(query, where[i], nullptr, sql);
        sql.add(" LIMIT ").bind(most).add(") branch_").add(std::to_string(i));
    }
    return sql.add(" LIMIT ").bind(most).add(") counted");
}

Sql probe_rows(ListQuery const& query, Branches const& where, CursorPosition const& position) {
    Sql sql;
    for (std::size_t i = 0; i < where.size(); ++i) {
        sql.add(i == 0 ? "SELECT * FROM (SELECT 1" : " UNION ALL SELECT * FROM (SELECT 1");
        add_conditions(query, where[i], &position, sql);
        sql.add(" LIMIT 1) branch_").add(std::to_string(i));
    }
    return sql.add(" LIMIT 1");
}

}  // namespace securestack
