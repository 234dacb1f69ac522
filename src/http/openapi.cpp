#include "http/openapi.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/operation.hpp"
#include "http/pretty_json.hpp"
#include "resource/openapi.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

json::object text_field(std::string_view documentation) {
    return {{"type", "string"}, {"description", documentation}};
}

json::object problem_schema() {
    json::object error{
        {"type", "object"},
        {"required", json::array{"pointer", "code", "detail"}},
        {"properties",
         json::object{{"pointer", text_field("RFC 6901 pointer into the body, or the name of a parameter")},
                      {"code", text_field("Stable, for programs")},
                      {"detail", text_field("What would be right")}}}};
    json::object errors{{"type", "array"}, {"items", std::move(error)}};
    json::object properties{{"type", text_field("Names the kind of problem")},
                            {"title", text_field("The kind of problem, in words")},
                            {"status", json::object{{"type", "integer"}}},
                            {"detail", text_field("What was wrong this time, and what would be right")},
                            {"instance", text_field("The path that was asked for")},
                            {"request_id", text_field("Names the request in the server's log")},
                            {"errors", std::move(errors)}};
    return {{"type", "object"},
            {"description", "RFC 9457 problem details"},
            {"required", json::array{"type", "title", "status", "instance", "request_id"}},
            {"properties", std::move(properties)}};
}

json::object header(std::string_view documentation) {
    return {{"description", documentation}, {"schema", json::object{{"type", "string"}}}};
}

// The headers that come with a problem of this status.
json::object problem_headers(int status) {
    json::object headers;
    if (status == 401) headers.emplace("WWW-Authenticate", header("How to authenticate"));
    if (status == 405) headers.emplace("Allow", header("The methods that exist here"));
    if (status == 429 || status == 503) headers.emplace("Retry-After", header("Seconds to wait"));
    if (status == 429) {
        headers.emplace("RateLimit",
                        header("What is left of the rate (draft-ietf-httpapi-ratelimit-headers)"));
        headers.emplace("RateLimit-Policy", header("The rate: `q` attempts in `w` seconds"));
    }
    return headers;
}

json::object problem_answer(int status) {
    json::object schema{{"$ref", "#/components/schemas/Problem"}};
    json::object media{{"schema", std::move(schema)}};
    json::object answer{{"description", title_of_status(status)}};
    if (auto headers = problem_headers(status); !headers.empty())
        answer.emplace("headers", std::move(headers));
    answer.emplace("content", json::object{{"application/problem+json", std::move(media)}});
    return answer;
}

// What the operations refer to, by name, so that the text does not depend on the order of the routes.
struct Components {
    std::map<std::string, json::object> schemas;
    std::set<int> problems;

    void add(Schema const* schema, SchemaUse use) {
        if (schema != nullptr) schemas.try_emplace(component_name(*schema, use), json_schema(*schema, use));
    }

    json::object document() const {
        json::object named;
        named.emplace("Problem", problem_schema());
        for (auto const& [name, schema] : schemas) named.emplace(name, schema);
        json::object answers;
        for (int const status : problems)
            answers.emplace("Problem" + std::to_string(status), problem_answer(status));
        json::object bearer{
            {"type", "http"},
            {"scheme", "bearer"},
            {"bearerFormat", "JWT"},
            {"description", "The access token that POST /api/auth/login answers, or an API key."}};
        json::object key{{"type", "apiKey"},
                         {"in", "header"},
                         {"name", "X-API-Key"},
                         {"description", "An API key, with the scope that the operation names."}};
        return {{"schemas", std::move(named)},
                {"responses", std::move(answers)},
                {"securitySchemes", json::object{{"apiKey", std::move(key)}, {"bearer", std::move(bearer)}}}};
    }
};

// Resources whose GET answers an ETag: their PUT, PATCH and DELETE take If-Match.
std::set<std::string> versioned_patterns(Router const& router) {
    std::set<std::string> patterns;
    for (auto const& route : router.routes()) {
        if (route->method == Method::get && route->doc.has_etag) patterns.insert(route->pattern);
    }
    return patterns;
}

json::array tags_of(std::set<std::string> const& names) {
    json::array tags;
    for (std::string const& name : names) tags.push_back(json::object{{"name", name}});
    return tags;
}

json::object info(std::string_view version) {
    json::object license{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}};
    return {{"title", "SecureStack"},
            {"version", version},
            {"description",
             "Self-hosted control plane for the servers of a team. Errors are RFC 9457 problem documents; "
             "every answer carries X-Request-Id."},
            {"license", std::move(license)}};
}

}  // namespace

std::string openapi_document(Router const& router, std::string_view version) {
    auto const versioned = versioned_patterns(router);
    Components components;
    std::set<std::string> tags;
    std::map<std::string, json::object> paths;
    for (auto const& route : router.routes()) {
        if (!route->in_api) continue;
        OperationDoc const& doc = route->doc;
        components.add(doc.answer, SchemaUse::answer);
        components.add(doc.request, doc.request_is_patch ? SchemaUse::patch : SchemaUse::request);
        components.problems.merge(problem_statuses(*route, versioned.contains(route->pattern)));
        tags.insert(tag_of(*route));
        paths[route->pattern].emplace(method_key(route->method),
                                      describe_operation(*route, versioned.contains(route->pattern)));
    }
    json::object path_items;
    for (auto& [pattern, item] : paths) path_items.emplace(pattern, std::move(item));
    json::object document{{"openapi", "3.1.0"},
                          {"info", info(version)},
                          {"servers", json::array{json::object{{"url", "/"}}}},
                          {"tags", tags_of(tags)},
                          {"paths", std::move(path_items)},
                          {"components", components.document()}};
    return pretty_json(document);
}

}  // namespace securestack
