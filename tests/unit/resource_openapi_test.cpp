#include <algorithm>

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include "resource/openapi.hpp"
#include "support/gadget.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

json::value property(SchemaUse use, std::string_view name) {
    auto const schema = json_schema(schema_of<Gadget>(), use);
    auto const& properties = schema.at("properties").as_object();
    return properties.contains(name) ? properties.at(name) : json::value{};
}
json::value parsed(std::string_view text) {
    return parse_json(text).value();
}

TEST(OpenApi, SaysWhatTheFieldsSay) {
    EXPECT_EQ(property(SchemaUse::request, "name"),
              parsed(R"({"type":"string","minLength":1,"maxLength":20,"examples":["g-1"]})"));
    EXPECT_EQ(
        property(SchemaUse::answer, "colour"),
        parsed(R"({"type":"string","enum":["red","green","blue"],"description":"What it looks like."})"));
    EXPECT_EQ(property(SchemaUse::answer, "size_bytes"),
              parsed(R"({"type":"integer","format":"int64","minimum":0,"maximum":1000})"));
    EXPECT_EQ(property(SchemaUse::answer, "ip"), parsed(R"({"type":["string","null"],"format":"ip"})"));
    EXPECT_EQ(property(SchemaUse::answer, "created_at"),
              parsed(R"({"type":"string","format":"date-time","readOnly":true})"));
    EXPECT_EQ(property(SchemaUse::request, "tags"),
              parsed(R"({"type":"array","items":{"type":"string"},"maxItems":4})"));
}

TEST(OpenApi, ShowsEachSideWhatBelongsToIt) {
    EXPECT_TRUE(property(SchemaUse::request, "id").is_null());
    EXPECT_TRUE(property(SchemaUse::answer, "version").is_null());
    auto const answer = json_schema(schema_of<Credentials>(), SchemaUse::answer);
    EXPECT_FALSE(answer.at("properties").as_object().contains("password"));
    auto const request = json_schema(schema_of<Credentials>(), SchemaUse::request);
    EXPECT_EQ(request.at("properties").at("password").at("writeOnly"), true);
}

TEST(OpenApi, RequiresAllInAnswersSomeInRequestsNoneInPatches) {
    EXPECT_EQ(json_schema(schema_of<Gadget>(), SchemaUse::answer).at("required").as_array().size(), 12U);
    EXPECT_EQ(json_schema(schema_of<Gadget>(), SchemaUse::request).at("required"), parsed(R"(["name"])"));
    EXPECT_FALSE(json_schema(schema_of<Gadget>(), SchemaUse::patch).contains("required"));
    EXPECT_EQ(json_schema(schema_of<Gadget>(), SchemaUse::patch).at("additionalProperties"), false);
}

TEST(OpenApi, LetsAPatchRemoveAllThatIsNotRequired) {
    EXPECT_EQ(property(SchemaUse::patch, "labels").at("type"), parsed(R"(["object","null"])"));
    EXPECT_EQ(property(SchemaUse::patch, "name").at("type"), "string");
}

TEST(OpenApi, LetsAPatchRemoveAnEntryOfAMap) {
    EXPECT_EQ(property(SchemaUse::patch, "labels").at("additionalProperties").at("type"),
              parsed(R"(["string","null"])"));
    EXPECT_EQ(property(SchemaUse::request, "labels").at("additionalProperties").at("type"), "string");
}

TEST(OpenApi, WritesOutTheDocumentsInLists) {
    auto const item = property(SchemaUse::patch, "ports").at("items");
    EXPECT_EQ(item.at("required"), parsed(R"(["host","port"])"));
    EXPECT_EQ(item.at("properties").at("port").at("maximum"), 65535);
}

TEST(OpenApi, NamesEveryParameterOfAList) {
    std::vector<std::string> names;
    for (auto const& parameter : list_parameters(schema_of<Gadget>())) {
        names.emplace_back(parameter.at("name").as_string());
        EXPECT_EQ(parameter.at("in"), "query");
        EXPECT_TRUE(parameter.as_object().contains("schema"));
    }
    for (auto const* name : {"limit", "cursor", "sort", "q", "count", "colour", "size_bytes",
                             "size_bytes.gte", "created_at.lt", "ip", "labels.{key}"}) {
        EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
    }
    EXPECT_EQ(std::ranges::find(names, "version"), names.end());
    EXPECT_EQ(std::ranges::find(names, "colour.gte"), names.end());
}

TEST(OpenApi, NamesComponentsByTheirUse) {
    EXPECT_EQ(component_name(schema_of<Gadget>(), SchemaUse::answer), "Gadget");
    EXPECT_EQ(component_name(schema_of<Gadget>(), SchemaUse::request), "GadgetRequest");
    EXPECT_EQ(component_name(schema_of<Gadget>(), SchemaUse::patch), "GadgetPatch");
}

}  // namespace
}  // namespace securestack::test
