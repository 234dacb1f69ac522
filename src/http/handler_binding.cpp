#include "http/handler_binding.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/media_type.hpp"

namespace securestack::detail {

namespace {

Result<boost::json::value> read_body(Context const& context, std::initializer_list<std::string_view> types) {
    if (context.request.body.empty()) {
        return Problem{ErrorCode::malformed, "The body is empty. Send a JSON document."};
    }
    if (auto known = check_content_type(context.request.headers, types); !known) return known.error();
    return parse_json(context.request.body);
}

constexpr std::array<std::string_view, 3> list_forms{"application/json", "text/csv", "application/x-ndjson"};

Response stream_list(ListPlan const& plan, Scope scope) {
    Response response;
    std::string type{list_forms[*plan.format == ExportFormat::csv ? 1 : 2]};
    if (*plan.format == ExportFormat::csv) type += "; charset=utf-8; header=present";
    response.headers.add("Content-Type", std::move(type));
    auto rows = std::make_shared<ListExport>(plan.query, std::move(scope), *plan.format);
    response.stream = std::make_shared<BodyStream>(
        [rows = std::move(rows)](Tx& tx, std::string& out) { return rows->next(tx, out); });
    return response;
}

}  // namespace

Result<Id> Binding::next_id() {
    if (auto const id = Id::parse(path_.at(next_++))) return *id;
    return Problem{ErrorCode::not_found, "There is no such object."};
}

Result<std::string> Binding::next_text() {
    return path_.at(next_++);
}

Result<boost::json::value> Binding::json_body() {
    return read_body(context_, {"application/json"});
}

Result<boost::json::value> Binding::patch_body() {
    return read_body(context_, {"application/merge-patch+json", "application/json"});
}

bool Binding::has_body() const {
    return !context_.request.body.empty();
}

namespace {

// The version's ETag; true when it makes the answer 304.
bool tagged_unchanged(Context const& context, std::int64_t version, Response& response) {
    std::string tag = entity_tag(version);
    Method const method = context.request.method;
    bool const is_read = method == Method::get || method == Method::head;
    bool const unchanged = is_read && context.none_match_hits(tag);
    response.headers.add("ETag", std::move(tag));
    if (unchanged) response.status = 304;
    return unchanged;
}

}  // namespace

Response document_response(Context const& context, Schema const& schema, void const* document,
                           std::optional<std::int64_t> version, int status, std::string const& location) {
    Response response;
    response.status = status;
    if (version && tagged_unchanged(context, *version, response)) return response;
    if (!location.empty()) response.headers.add("Location", location);
    response.headers.add("Content-Type", "application/json");
    JsonWriter writer{response.body};
    encode_to(schema, document, writer);
    return response;
}

Response shown_response(Context const& context, ShownRow const& row) {
    Response response;
    response.status = 200;
    if (tagged_unchanged(context, row.version, response)) return response;
    response.headers.add("Content-Type", "application/json");
    response.body = *row.json;
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

Response refusal(Context const& context, Problem const& problem) {
    return problem_response(problem, context.request.path, context.request_id());
}

void add_fields(Response& response, Headers const& headers) {
    for (auto const& [name, value] : headers) response.headers.add(name, value);
}

Result<void> accepts_json(Context const& context) {
    auto chosen = negotiate(context.request.headers, {list_forms.data(), 1});
    if (!chosen) return chosen.error();
    return {};
}

namespace {

// An export is the whole list: what belongs to its pages would silently mean nothing.
Result<void> allow_export(QueryParameters const& parameters) {
    Problem problem{
        ErrorCode::malformed,
        "A list leaves as CSV or NDJSON whole: leave out limit, cursor and count, or ask for JSON."};
    for (auto const& [name, value] : parameters) {
        if (name == "limit" || name == "cursor" || name == "count")
            problem.errors.push_back({name, "conflict", "belongs to a page; an export has none"});
    }
    if (problem.errors.empty()) return {};
    return problem;
}

// What the scope goes by: the address, whichever way it is written, and the parameters that are for it alone.
// These leave `parameters`.
std::string take_place(Route const& route, PathValues const& path, QueryParameters& parameters) {
    std::string place{route.pattern};
    auto const add = [&](std::string_view text) { place.append(1, '\0').append(text); };
    for (auto const& value : path) {
        auto const id = Id::parse(value);
        add(id ? id->to_string() : value);
    }
    std::erase_if(parameters, [&](auto const& parameter) {
        auto const& [name, value] = parameter;
        auto const documented = std::ranges::find(route.doc.query, name, &QueryParameterDoc::name);
        bool const is_the_scopes = documented != route.doc.query.end();
        if (is_the_scopes) {
            add(name);
            add(value);
        }
        return is_the_scopes;
    });
    return place;
}

}  // namespace

Result<ListPlan> plan_list(Context const& context, Route const& route, PathValues const& path) {
    auto form = negotiate(context.request.headers, list_forms);
    if (!form) return form.error();
    auto parameters = context.request.query();
    if (!parameters) return parameters.error();
    auto of_fields = *parameters;
    auto place = take_place(route, path, of_fields);
    auto query = parse_list_query(*route.doc.list, of_fields, context.cursors, std::move(place));
    if (!query) return query.error();
    if (*form != 0) {
        if (auto const allowed = allow_export(*parameters); !allowed) return allowed.error();
    }
    ListPlan plan;
    plan.query = *std::move(query);
    plan.parameters = *std::move(parameters);
    if (*form == 1) plan.format = ExportFormat::csv;
    if (*form == 2) plan.format = ExportFormat::ndjson;
    return plan;
}

namespace {

// Each is one more way to see a row, and one more range to read.
constexpr std::size_t few_teams = 8;

}  // namespace

// A page of what the caller may see lies along an index. Filters may leave out most of what is read, what is
// counted or searched is more than the page, and an export is all of it.
Where where_to_read(Context const& context, ListPlan const& plan) {
    auto const& query = plan.query;
    bool const quick = !plan.format && !query.count && query.search.empty() && query.filters.empty() &&
                       context.principal.teams.size() <= few_teams;
    return quick ? Where::lookup : Where::read;
}

Response answer_list(Tx& tx, Context const& context, ListPlan const& plan, Scope scope) {
    if (plan.format) return stream_list(plan, std::move(scope));
    ListPage const page = fetch_page(tx, plan.query, scope);
    return json_response(200,
                         page_body(page, plan.query, context.request.path, plan.parameters, context.cursors));
}

void check_path_values(std::string_view pattern, std::size_t taken) {
    auto const written = static_cast<std::size_t>(std::ranges::count(pattern, '{'));
    if (written == taken) return;
    throw std::logic_error("the pattern " + std::string{pattern} + " has " + std::to_string(written) +
                           " parameters, its handler takes " + std::to_string(taken));
}

}  // namespace securestack::detail
