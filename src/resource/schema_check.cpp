#include "resource/schema_check.hpp"

#include <algorithm>
#include <map>

#include "storage/dialect.hpp"

namespace securestack {

namespace {

struct Column {
    std::string type;
    bool nullable = false;
};
using Columns = std::map<std::string, Column, std::less<>>;

Columns read_columns(Tx& tx, std::string_view table) {
    Columns columns;
    tx.query(dialect::table_columns(tx.engine()), {table}, [&](Row const& row) {
        columns[std::string{row.text(0)}] = {.type = std::string{row.text(1)}, .nullable = row.boolean(2)};
    });
    return columns;
}

std::string_view migration_word(TypeInfo const& type) {
    if (type.ranked) return "{int}";
    switch (type.json) {
        case JsonType::integer:
            return "{int}";
        case JsonType::number:
            return "{real}";
        case JsonType::boolean:
            return "{bool}";
        case JsonType::id:
            return "{id}";
        case JsonType::time:
            return "{time}";
        case JsonType::map:
        case JsonType::list:
        case JsonType::object:
            return "{json}";
        case JsonType::string:
        case JsonType::choice:
            break;
    }
    return "{text}";
}

// What the engine calls the type of a column that was declared so; without its collation.
std::string engine_type(std::string_view word, Engine engine) {
    auto type = dialect::expand(word, engine);
    return type.substr(0, type.find(' '));
}

class Check {
  public:
    Check(Schema const& schema, Engine engine, Columns columns)
        : schema_(schema), engine_(engine), columns_(std::move(columns)) {}

    void expect(std::string_view name, std::string_view word, bool nullable) {
        auto const found = columns_.find(name);
        if (found == columns_.end()) return report(name, "is missing");
        auto const column = columns_.extract(found).mapped();
        auto const type = engine_type(word, engine_);
        if (column.type != type) report(name, "has the type " + column.type + " and should have " + type);
        if (column.nullable && !nullable) report(name, "must be NOT NULL: the member is never null");
        if (!column.nullable && nullable) report(name, "must accept NULL: the member is optional");
    }

    void expect_text_index(bool is_there) {
        if (is_there == schema_.has_text_index) return;
        differences_.push_back(
            std::string{schema_.table} +
            (is_there ? " has an index of texts that is not told of new rows" : " has no index of texts"));
    }

    std::vector<std::string> finish() {
        for (auto const& [name, column] : columns_) report(name, "has no field");
        return std::move(differences_);
    }

  private:
    void report(std::string_view name, std::string const& what) {
        differences_.push_back(std::string{schema_.table} + "." + std::string{name} + " " + what);
    }

    Schema const& schema_;
    Engine engine_;
    Columns columns_;
    std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> check_table(Database& database, Schema const& schema) {
    auto const due = dialect::table_of_due_texts(schema.table, database.engine());
    bool is_noted = schema.has_text_index;
    auto columns = database.read_now([&](Tx& tx) {
        if (!due.empty()) is_noted = !read_columns(tx, due).empty();
        return read_columns(tx, schema.table);
    });
    Check check{schema, database.engine(), std::move(columns)};
    check.expect_text_index(is_noted);
    for (auto const& field : schema.fields) {
        check.expect(field.name, migration_word(*field.type), field.type->nullable);
    }
    if (schema.is_searchable()) check.expect("search_text", "{text}", false);
    return check.finish();
}

}  // namespace securestack
