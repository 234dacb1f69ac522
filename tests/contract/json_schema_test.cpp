// The checker that the contract relies on.
#include "support/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace securestack::test {
namespace {

namespace json = boost::json;

std::size_t count(char const* schema, char const* value) {
    auto const document = json::parse(R"({"Text": {"type": "string"}})");
    return violations(json::parse(schema), json::parse(value), document).size();
}

TEST(JsonSchema, FindsWhatDoesNotFitAndAcceptsWhatDoes) {
    EXPECT_EQ(count(R"({"type": ["string", "null"], "maxLength": 2})", "null"), 0U);
    EXPECT_EQ(count(R"({"type": ["string", "null"], "maxLength": 2})", "\"éé\""), 0U);
    EXPECT_EQ(count(R"({"type": ["string", "null"], "maxLength": 2})", "\"abc\""), 1U);
    EXPECT_EQ(count(R"({"type": "integer", "minimum": 1, "maximum": 5})", "0"), 1U);
    EXPECT_EQ(count(R"({"type": "integer"})", "1.5"), 1U);
    EXPECT_EQ(count(R"({"enum": ["a", "b"]})", "\"c\""), 1U);
    EXPECT_EQ(count(R"({"type": "string", "format": "uuid"})", "\"c\""), 1U);
    EXPECT_EQ(count(R"({"type": "string", "format": "date-time"})", "\"2026-11-22\""), 1U);
    EXPECT_EQ(count(R"({"type": "array", "items": {"type": "integer"}, "maxItems": 1})", R"([1, "a"])"), 2U);
    EXPECT_EQ(
        count(
            R"({"properties": {"a": {"$ref": "#/Text"}}, "required": ["a"], "additionalProperties": false})",
            R"({"a": 1, "b": 2})"),
        2U);
    EXPECT_EQ(count(R"({"required": ["a"]})", "{}"), 1U);
    EXPECT_EQ(
        count(R"({"additionalProperties": {"type": "string"}, "propertyNames": {"pattern": "^[a-z]$"}})",
              R"({"a": "x", "B": 1})"),
        2U);
    EXPECT_EQ(count(R"({"anyOf": [{"type": "string"}, {"const": 1}]})", "2"), 1U);
    EXPECT_EQ(count(R"({"madeUpKeyword": 1})", "2"), 1U);
}

}  // namespace
}  // namespace securestack::test
