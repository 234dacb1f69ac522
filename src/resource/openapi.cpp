#include "resource/openapi.hpp"

#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace securestack {

namespace json = boost::json;

namespace {

bool belongs(Field const& field, SchemaUse use) {
    return use == SchemaUse::answer ? field.is_readable() : field.is_writable();
}

bool has_minimum(Field const& field, std::int64_t natural) {
    return field.minimum > natural;
}
bool has_maximum(Field const& field) {
    return field.maximum != std::numeric_limits<std::int64_t>::max();
}

void add_limits(Field const& field, std::string_view least, std::string_view most, std::int64_t natural,
                json::object& out) {
    if (has_minimum(field, natural)) out.emplace(least, field.minimum);
    if (has_maximum(field)) out.emplace(most, field.maximum);
}

void add_format(Field const& field, json::object& out) {
    if (field.text_format != nullptr) out.emplace("format", field.text_format->name);
}

json::object label_map(Field const& field) {
    json::object out{{"type", "object"}};
    out.emplace("propertyNames", json::object{{"pattern", "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$"}});
    out.emplace("additionalProperties", json::object{{"type", "string"}, {"maxLength", 255}});
    add_limits(field, "minProperties", "maxProperties", 0, out);
    return out;
}

json::object list_of(Field const& field, SchemaUse use) {
    json::object out{{"type", "array"}};
    json::object item;
    if (field.type->item != nullptr) {
        // A patch replaces a list, so that its items are whole documents.
        item = json_schema(field.type->item(), use == SchemaUse::patch ? SchemaUse::request : use);
    } else {
        item.emplace("type", "string");
        add_format(field, item);
    }
    out.emplace("items", std::move(item));
    add_limits(field, "minItems", "maxItems", 0, out);
    return out;
}

json::object choice_of_names(std::span<std::string_view const> names) {
    json::array values;
    for (auto const name : names) values.emplace_back(name);
    return {{"type", "string"}, {"enum", std::move(values)}};
}

// The type without null, description and example.
json::object plain_type(Field const& field, SchemaUse use) {
    switch (field.type->json) {
        case JsonType::string: {
            json::object out{{"type", "string"}};
            add_limits(field, "minLength", "maxLength", 0, out);
            add_format(field, out);
            return out;
        }
        case JsonType::integer: {
            json::object out{{"type", "integer"}, {"format", "int64"}};
            add_limits(field, "minimum", "maximum", std::numeric_limits<std::int64_t>::min(), out);
            return out;
        }
        case JsonType::number:
            return {{"type", "number"}};
        case JsonType::boolean:
            return {{"type", "boolean"}};
        case JsonType::id:
            return {{"type", "string"}, {"format", "uuid"}};
        case JsonType::time:
            return {{"type", "string"}, {"format", "date-time"}};
        case JsonType::choice:
            return choice_of_names(field.type->choices);
        case JsonType::map:
            return label_map(field);
        case JsonType::list:
            return list_of(field, use);
        case JsonType::object:
            if (field.type->item == nullptr) return {{"type", "object"}};  // of any members
            return json_schema(field.type->item(), use);
    }
    return {};
}

void make_nullable(json::object& out) {
    out["type"] = json::array{out["type"], "null"};
    if (auto* names = out.if_contains("enum")) names->as_array().emplace_back(nullptr);
}

// In a merge patch, null removes an entry.
void allow_removal(Field const& field, json::object& out) {
    if (field.type->json != JsonType::map) return;
    make_nullable(out["additionalProperties"].as_object());
}

json::object property(Field const& field, SchemaUse use) {
    auto out = plain_type(field, use);
    if (use == SchemaUse::patch) allow_removal(field, out);
    // In a merge patch null is "back to the default", for all but what must be there.
    if (field.type->nullable || (use == SchemaUse::patch && !field.is_required)) make_nullable(out);
    if (!field.documentation.empty()) out["description"] = field.documentation;
    if (!field.example.empty()) out.emplace("examples", json::array{json::parse(field.example)});
    if (field.visibility == Visibility::read_only) out.emplace("readOnly", true);
    if (field.visibility == Visibility::write_only) out.emplace("writeOnly", true);
    return out;
}

// An answer has all of its members; a request must have the required ones, a patch none.
bool is_required(Field const& field, SchemaUse use) {
    return use == SchemaUse::answer || (use == SchemaUse::request && field.is_required);
}

json::object parameter(std::string_view name, std::string_view description, json::value schema) {
    return {{"name", name}, {"in", "query"}, {"description", description}, {"schema", std::move(schema)}};
}

std::string sort_description(Schema const& schema) {
    std::string text = "Up to four fields in order, with a - before each that descends. Sortable: ";
    bool first = true;
    for (auto const& field : schema.fields) {
        if (!field.is_sortable || !field.is_readable()) continue;
        if (!first) text += ", ";
        text += field.name;
        first = false;
    }
    return text + ". Default: " + std::string{schema.default_sort} + ".";
}

std::string sort_pattern(Schema const& schema) {
    std::string name = "-?(";
    bool first = true;
    for (auto const& field : schema.fields) {
        if (!field.is_sortable || !field.is_readable()) continue;
        if (!first) name += '|';
        name += field.name;
        first = false;
    }
    name += ')';
    return "^" + name + "(," + name + "){0,3}$";
}

bool has_sortable(Schema const& schema) {
    for (auto const& field : schema.fields) {
        if (field.is_sortable && field.is_readable()) return true;
    }
    return false;
}

json::object filter_value(Field const& field) {
    auto out = plain_type(field, SchemaUse::request);
    for (auto const* name : {"minLength", "maxLength", "minimum", "maximum"}) out.erase(name);
    if (field.type->nullable) {
        if (auto* names = out.if_contains("enum")) names->as_array().emplace_back("null");
        // ?ip=null asks for the rows that have none.
        return {{"anyOf", json::array{std::move(out), json::object{{"const", "null"}}}}};
    }
    return out;
}

void add_filter(Field const& field, json::array& out) {
    std::string const name{field.parameter()};
    if (field.type->json == JsonType::map) {
        json::object keyed{{"type", "object"}, {"additionalProperties", json::object{{"type", "string"}}}};
        auto entry =
            parameter(name, "One entry: ?" + name + ".<key>=<value>; null for rows without the key.", keyed);
        entry["name"] = name + ".{key}";
        entry["schema"] = json::object{{"type", "string"}};
        out.push_back(std::move(entry));
        return;
    }
    auto entry = parameter(name, "Only rows with this value; repeated: with one of these values.",
                           json::object{{"type", "array"}, {"items", filter_value(field)}});
    entry.emplace("style", "form");
    entry.emplace("explode", true);
    out.push_back(std::move(entry));
    if (field.type->json != JsonType::time && field.type->json != JsonType::integer) return;
    auto const limit = plain_type(field, SchemaUse::answer);
    json::object bound{{"type", limit.at("type")}, {"format", limit.at("format")}};
    out.push_back(parameter(name + ".gte", "Only rows where it is this or more.", bound));
    out.push_back(parameter(name + ".gt", "Only rows where it is more than this.", bound));
    out.push_back(parameter(name + ".lte", "Only rows where it is this or less.", bound));
    out.push_back(parameter(name + ".lt", "Only rows where it is less than this.", bound));
}

}  // namespace

std::string component_name(Schema const& schema, SchemaUse use) {
    std::string name{schema.name};
    if (use == SchemaUse::request) name += "Request";
    if (use == SchemaUse::patch) name += "Patch";
    return name;
}

json::object json_schema(Schema const& schema, SchemaUse use) {
    json::object properties;
    json::array required;
    for (auto const& field : schema.fields) {
        if (!belongs(field, use)) continue;
        properties.emplace(field.name, property(field, use));
        if (is_required(field, use)) required.emplace_back(field.name);
    }
    json::object out{{"type", "object"}};
    if (!schema.documentation.empty()) out.emplace("description", schema.documentation);
    out.emplace("properties", std::move(properties));
    if (!required.empty()) out.emplace("required", std::move(required));
    out.emplace("additionalProperties", false);
    return out;
}

json::array list_parameters(Schema const& schema) {
    json::array out;
    out.push_back(
        parameter("limit", "Rows on a page.",
                  json::object{{"type", "integer"}, {"minimum", 1}, {"maximum", 200}, {"default", 50}}));
    out.push_back(parameter("cursor", "Where a page begins: from next or previous of another page.",
                            json::object{{"type", "string"}}));
    if (has_sortable(schema)) {
        out.push_back(parameter("sort", sort_description(schema),
                                json::object{{"type", "string"}, {"pattern", sort_pattern(schema)}}));
    }
    if (schema.is_searchable()) {
        out.push_back(parameter(
            "q",
            "Only rows that contain each of these words (at most 8), without regard to case. Blanks "
            "and invisible characters alone are no word: all rows.",
            json::object{{"type", "string"}, {"maxLength", 200}}));
    }
    out.push_back(parameter("count",
                            "Whether the answer tells how many rows there are: exactly up to 10,000. Beyond, "
                            "`count` is 10000 and `count_is_exact` false.",
                            json::object{{"type", "boolean"}, {"default", false}}));
    for (auto const& field : schema.fields) {
        if (field.is_filter()) add_filter(field, out);
    }
    return out;
}

}  // namespace securestack
