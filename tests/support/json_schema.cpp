#include "support/json_schema.hpp"

#include <algorithm>
#include <regex>

#include <boost/json/serialize.hpp>

#include "core/address.hpp"
#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/time.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

bool has_type(std::string_view type, json::value const& value) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_bool();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    return type == "number" && value.is_number();
}

bool has_format(std::string_view format, std::string_view text) {
    if (format == "uuid") return Id::parse(text).has_value();
    if (format == "date-time") return parse_time(text).has_value();
    if (format == "ip") return Address::parse(text).has_value();
    return true;
}

class Checker {
  public:
    explicit Checker(json::value const& document) : document_(document) {}

    void check(json::value const& schema, json::value const& value, std::string const& pointer) {
        for (auto const& [key, rule] : schema.as_object()) keyword(schema, key, rule, value, pointer);
    }

    std::vector<std::string> found;

  private:
    void fail(std::string const& pointer, std::string const& what) { found.push_back(pointer + " " + what); }

    void keyword(json::value const& schema, std::string_view key, json::value const& rule,
                 json::value const& value, std::string const& pointer) {
        static constexpr std::array annotations{"description", "readOnly", "writeOnly",
                                                "examples",    "default",  "title"};
        if (std::ranges::find(annotations, key) != annotations.end()) return;
        if (key == "$ref")
            return check(document_.at_pointer(std::string{rule.as_string()}.substr(1)), value, pointer);
        if (key == "type") return type(rule, value, pointer);
        if (key == "enum" || key == "const") return choice(key, rule, value, pointer);
        if (key == "anyOf") return any_of(rule, value, pointer);
        if (key == "format" || key == "pattern" || key == "minLength" || key == "maxLength")
            return text(key, rule, value, pointer);
        if (key == "minimum" || key == "maximum") return number(key, rule, value, pointer);
        if (key == "items" || key == "minItems" || key == "maxItems") return list(key, rule, value, pointer);
        static constexpr std::array of_objects{"properties",    "required",      "additionalProperties",
                                               "propertyNames", "minProperties", "maxProperties"};
        if (std::ranges::find(of_objects, key) != of_objects.end())
            return members(schema, key, rule, value, pointer);
        fail(pointer, "is checked by the unknown keyword " + std::string{key});
    }

    void type(json::value const& rule, json::value const& value, std::string const& pointer) {
        bool fits = false;
        if (rule.is_string()) fits = has_type(rule.as_string(), value);
        if (rule.is_array()) {
            fits = std::ranges::any_of(rule.as_array(),
                                       [&](auto const& one) { return has_type(one.as_string(), value); });
        }
        if (!fits) fail(pointer, "is not " + json::serialize(rule) + " but " + json::serialize(value));
    }

    void choice(std::string_view key, json::value const& rule, json::value const& value,
                std::string const& pointer) {
        bool const fits = key == "const" ? rule == value
                                         : std::ranges::find(rule.as_array(), value) != rule.as_array().end();
        if (!fits) fail(pointer, "is none of " + json::serialize(rule) + " but " + json::serialize(value));
    }

    void any_of(json::value const& rule, json::value const& value, std::string const& pointer) {
        bool const fits = std::ranges::any_of(
            rule.as_array(), [&](auto const& one) { return violations(one, value, document_).empty(); });
        if (!fits) fail(pointer, "fits none of " + json::serialize(rule));
    }

    void text(std::string_view key, json::value const& rule, json::value const& value,
              std::string const& pointer) {
        if (!value.is_string()) return;
        std::string const content{value.as_string()};
        auto const length = static_cast<std::int64_t>(code_points(content));
        bool fits = true;
        if (key == "format") fits = has_format(rule.as_string(), content);
        if (key == "pattern") fits = std::regex_search(content, std::regex{std::string{rule.as_string()}});
        if (key == "minLength") fits = length >= rule.to_number<std::int64_t>();
        if (key == "maxLength") fits = length <= rule.to_number<std::int64_t>();
        if (!fits) fail(pointer, "breaks " + std::string{key} + ": " + json::serialize(value));
    }

    void number(std::string_view key, json::value const& rule, json::value const& value,
                std::string const& pointer) {
        if (!value.is_number()) return;
        auto const amount = value.to_number<double>();
        auto const limit = rule.to_number<double>();
        if (key == "minimum" ? amount < limit : amount > limit) fail(pointer, "breaks " + std::string{key});
    }

    void list(std::string_view key, json::value const& rule, json::value const& value,
              std::string const& pointer) {
        if (!value.is_array()) return;
        auto const& items = value.as_array();
        if (key == "minItems" && items.size() < rule.to_number<std::size_t>())
            fail(pointer, "has too few items");
        if (key == "maxItems" && items.size() > rule.to_number<std::size_t>())
            fail(pointer, "has too many items");
        if (key != "items") return;
        for (std::size_t i = 0; i < items.size(); ++i)
            check(rule, items[i], pointer + "/" + std::to_string(i));
    }

    void members(json::value const& schema, std::string_view key, json::value const& rule,
                 json::value const& value, std::string const& pointer) {
        if (!value.is_object()) return;
        auto const& object = value.as_object();
        if (key == "minProperties" && object.size() < rule.to_number<std::size_t>())
            fail(pointer, "has too few members");
        if (key == "maxProperties" && object.size() > rule.to_number<std::size_t>())
            fail(pointer, "has too many members");
        if (key == "required") {
            for (auto const& name : rule.as_array()) {
                if (!object.contains(name.as_string()))
                    fail(pointer, "lacks " + std::string{name.as_string()});
            }
        }
        for (auto const& [name, member] : object) {
            auto const place = pointer + "/" + std::string{name};
            if (key == "propertyNames") check(rule, name, place);
            if (key == "properties" && rule.as_object().contains(name)) check(rule.at(name), member, place);
            if (key == "additionalProperties" && !is_property(schema, name)) additional(rule, member, place);
        }
    }

    static bool is_property(json::value const& schema, std::string_view name) {
        auto const* properties = schema.as_object().if_contains("properties");
        return properties != nullptr && properties->as_object().contains(name);
    }

    void additional(json::value const& rule, json::value const& member, std::string const& place) {
        if (rule.is_object()) return check(rule, member, place);
        if (!rule.as_bool()) fail(place, "is no member of the schema");
    }

    json::value const& document_;
};

}  // namespace

std::vector<std::string> violations(json::value const& schema, json::value const& value,
                                    json::value const& document) {
    Checker checker{document};
    checker.check(schema, value, "");
    return std::move(checker.found);
}

}  // namespace securestack::test
