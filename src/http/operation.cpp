#include "http/operation.hpp"

#include <algorithm>

#include <boost/json/array.hpp>

#include "core/ascii.hpp"
#include "resource/openapi.hpp"
#include "resource/query.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

std::vector<std::string> segments_of(std::string_view pattern) {
    std::vector<std::string> segments;
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        auto const end = std::min(pattern.find('/'), pattern.size());
        segments.emplace_back(pattern.substr(0, end));
        pattern.remove_prefix(end);
    }
    return segments;
}

// "{server_id}" is of the same use as "server_id" in a name.
std::string parameter_name(std::string const& segment) {
    return segment.starts_with('{') ? segment.substr(1, segment.size() - 2) : std::string{};
}

// PATCH /api/servers/{id} -> patchServersId
std::string operation_id(Route const& route) {
    if (!route.doc.id.empty()) return route.doc.id;
    std::string name = method_key(route.method);
    for (std::string const& segment : segments_of(route.pattern)) {
        if (segment == "api") continue;
        bool start = true;
        for (char const c : segment) {
            bool const letter = ascii::is_alphanumeric(c);
            if (letter) name += start ? ascii::upper(c) : c;
            start = !letter;
        }
    }
    return name;
}

// Changes of what has an ETag take If-Match: PUT, PATCH, DELETE, and the acts that answer with it.
bool takes_if_match(Route const& route, bool versioned) {
    switch (route.method) {
        case Method::put:
        case Method::patch:
        case Method::del:
            return versioned;
        case Method::post:
            return route.doc.has_etag && route.doc.success == 200;
        default:
            return false;
    }
}

// A call that knows no caller has nobody's keys.
bool takes_idempotency_key(Route const& route) {
    return route.method == Method::post && route.access.permission().has_value();
}

json::object parameter(std::string_view name, std::string_view in, bool required,
                       std::string_view documentation, json::object schema) {
    json::object out{{"name", name}, {"in", in}, {"required", required}};
    if (!documentation.empty()) out.emplace("description", documentation);
    out.emplace("schema", std::move(schema));
    return out;
}

json::object text_type() {
    return {{"type", "string"}};
}

json::array parameters_of(Route const& route, bool versioned) {
    json::array all;
    for (std::string const& segment : segments_of(route.pattern)) {
        std::string const name = parameter_name(segment);
        if (name.empty()) continue;
        json::object type = text_type();
        if (name == "id" || name.ends_with("_id")) type.emplace("format", "uuid");
        all.push_back(parameter(name, "path", true, "", std::move(type)));
    }
    if (route.doc.list != nullptr) {
        for (auto& one : list_parameters(*route.doc.list)) all.push_back(std::move(one));
    }
    for (QueryParameterDoc const& one : route.doc.query) {
        all.push_back(parameter(one.name, "query", one.required, one.description, text_type()));
    }
    if (takes_if_match(route, versioned)) {
        all.push_back(parameter("If-Match", "header", false,
                                "Only if the ETag is still this one; otherwise 412", text_type()));
    }
    if (takes_idempotency_key(route)) {
        all.push_back(
            parameter("Idempotency-Key", "header", false,
                      "Sent again within 24 hours with the same body, the request is not carried out "
                      "again: it answers what it answered the first time",
                      {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}));
    }
    if (versioned && route.method == Method::get) {
        all.push_back(parameter("If-None-Match", "header", false, "Answers 304 if the ETag is still this one",
                                text_type()));
    }
    return all;
}

json::object reference(std::string const& component) {
    return {{"$ref", "#/components/schemas/" + component}};
}

json::object media(std::string_view type, json::object schema) {
    json::object content{{"schema", std::move(schema)}};
    json::object out;
    out.emplace(type, std::move(content));
    return out;
}

json::object request_body(OperationDoc const& doc) {
    if (!doc.request_types.empty()) {
        json::object forms;
        for (auto const type : doc.request_types) forms.emplace(type, json::object{{"schema", text_type()}});
        return {{"required", true}, {"content", std::move(forms)}};
    }
    SchemaUse const use = doc.request_is_patch ? SchemaUse::patch : SchemaUse::request;
    json::object content;
    if (doc.request_is_patch) {
        content = media("application/merge-patch+json", reference(component_name(*doc.request, use)));
    }
    content.emplace("application/json",
                    json::object{{"schema", reference(component_name(*doc.request, use))}});
    return {{"required", !doc.request_is_optional}, {"content", std::move(content)}};
}

json::object page_schema(Schema const& schema) {
    json::object address{{"type", json::array{"string", "null"}}, {"format", "uri-reference"}};
    json::object results{{"type", "array"}, {"items", reference(component_name(schema, SchemaUse::answer))}};
    json::object count{
        {"type", "integer"},
        {"minimum", 0},
        {"maximum", most_counted},
        {"description", "With ?count=true: the rows of all pages, as far as they are counted."}};
    json::object is_exact{{"type", "boolean"},
                          {"description", "With ?count=true: false when there are more rows than `count`."}};
    json::object properties{{"results", std::move(results)},
                            {"next", address},
                            {"previous", address},
                            {"count", std::move(count)},
                            {"count_is_exact", std::move(is_exact)}};
    return {{"type", "object"},
            {"required", json::array{"results", "next", "previous"}},
            {"properties", std::move(properties)}};
}

json::object success_content(OperationDoc const& doc) {
    if (doc.answer_is_list) {
        json::object content = media("application/json", page_schema(*doc.answer));
        for (std::string_view const form : {"text/csv", "application/x-ndjson"}) {
            content.emplace(form, json::object{{"schema", text_type()}});
        }
        return content;
    }
    if (doc.answer != nullptr) {
        return media(doc.content_type, reference(component_name(*doc.answer, SchemaUse::answer)));
    }
    if (!doc.content_type.ends_with("json")) return media(doc.content_type, text_type());
    return media(doc.content_type, json::object{{"type", json::array{"object", "array"}}});
}

json::object success_headers(Route const& route) {
    OperationDoc const& doc = route.doc;
    json::object headers;
    auto const add = [&](std::string_view name, std::string_view documentation) {
        headers.emplace(name, json::object{{"description", documentation}, {"schema", text_type()}});
    };
    if (doc.has_etag) add("ETag", "Names this version of the resource");
    if (doc.success == 201) add("Location", "The address of what was created");
    if (takes_idempotency_key(route))
        add("Idempotency-Replayed", "`true` when this is the answer of the first time");
    return headers;
}

json::object answers_of(Route const& route, bool versioned) {
    OperationDoc const& doc = route.doc;
    json::object success{{"description", doc.success == 201   ? "Created"
                                         : doc.success == 204 ? "Done"
                                                              : "OK"}};
    if (auto headers = success_headers(route); !headers.empty())
        success.emplace("headers", std::move(headers));
    if (doc.success != 204) success.emplace("content", success_content(doc));
    json::object answers;
    answers.emplace(std::to_string(doc.success), std::move(success));
    if (versioned && route.method == Method::get) {
        answers.emplace("304", json::object{{"description", "Not modified"}});
    }
    for (int const status : problem_statuses(route, versioned)) {
        json::object problem{{"$ref", "#/components/responses/Problem" + std::to_string(status)}};
        answers.emplace(std::to_string(status), std::move(problem));
    }
    return answers;
}

}  // namespace

std::set<int> problem_statuses(Route const& route, bool versioned) {
    std::set<int> statuses{400, 500, 503};
    OperationDoc const& doc = route.doc;
    if (route.pattern.starts_with("/api/")) statuses.insert(429);
    statuses.insert(doc.problems.begin(), doc.problems.end());
    if (doc.answer != nullptr) statuses.insert(406);
    if (route.access.permission()) statuses.insert({401, 403});
    if (route.pattern.find('{') != std::string::npos) statuses.insert(404);
    if (route.method != Method::get) statuses.insert(413);
    if (doc.request != nullptr || !doc.request_types.empty()) statuses.insert({415, 422});
    if (takes_idempotency_key(route)) statuses.insert({409, 422});
    if (takes_if_match(route, versioned)) statuses.insert(412);
    return statuses;
}

json::object describe_operation(Route const& route, bool versioned) {
    OperationDoc const& doc = route.doc;
    json::object operation{{"operationId", operation_id(route)}, {"tags", json::array{tag_of(route)}}};
    if (!doc.summary.empty()) operation.emplace("summary", doc.summary);
    std::string description = doc.description;
    json::array security;
    if (auto const permission = route.access.permission()) {
        if (!description.empty()) description += "\n\n";
        description += "Needs the permission `" + std::string{to_string(*permission)} + "`.";
        security.push_back(json::object{{"bearer", json::array{}}});
        if (*permission != Permission::account) security.push_back(json::object{{"apiKey", json::array{}}});
    }
    if (!description.empty()) operation.emplace("description", description);
    operation.emplace("security", std::move(security));
    if (auto parameters = parameters_of(route, versioned); !parameters.empty()) {
        operation.emplace("parameters", std::move(parameters));
    }
    if (doc.request != nullptr || !doc.request_types.empty())
        operation.emplace("requestBody", request_body(doc));
    operation.emplace("responses", answers_of(route, versioned));
    return operation;
}

std::string tag_of(Route const& route) {
    if (!route.doc.tag.empty()) return route.doc.tag;
    for (std::string const& segment : segments_of(route.pattern)) {
        if (segment != "api" && parameter_name(segment).empty()) return segment;
    }
    return "System";
}

std::string method_key(Method method) {
    return ascii::lower(to_string(method));
}

std::string_view title_of_status(int status) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::version_not_supported); ++code) {
        ErrorDescription const& description = describe(static_cast<ErrorCode>(code));
        if (description.status == status) return description.title;
    }
    return "Problem";
}

}  // namespace securestack
