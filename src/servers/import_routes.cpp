#include "crypto/digest.hpp"
#include "http/media_type.hpp"
#include "http/router.hpp"
#include "resource/document.hpp"
#include "servers/import.hpp"
#include "servers/servers.hpp"

namespace securestack {
namespace {

constexpr std::string_view csv_type = "text/csv";
constexpr std::string_view ndjson_type = "application/x-ndjson";

struct ImportPlan {
    bool is_csv = false;
    bool dry_run = false;
};

Result<ImportPlan> plan_import(Context const& context) {
    auto const& request = context.request;
    if (auto known = check_content_type(request.headers, {csv_type, ndjson_type}); !known)
        return known.error();
    ImportPlan plan;
    plan.is_csv = check_content_type(request.headers, {csv_type}).has_value();
    auto const parameters = request.query();
    if (!parameters) return parameters.error();
    for (auto const& [name, value] : *parameters) {
        if (value != "true" && value != "false") {
            Problem problem{ErrorCode::malformed, "Query parameter dry_run: must be true or false."};
            problem.errors.push_back({name, "format", "must be true or false"});
            return problem;
        }
        plan.dry_run = value == "true";
    }
    return plan;
}

// Takes back what was written; caught where it is thrown.
struct DryRunOver {};

Result<ImportResult> import_servers(Tx& tx, Context const& context, ImportPlan plan) {
    ImportErrors errors;
    ServerImport import{tx, context, errors};
    std::int64_t rows = 0;
    auto const each = [&](std::size_t line, boost::json::object const& members) {
        if (++rows > most_imported_servers) {
            errors.add(line, "", "length", "is beyond the 100,000 servers that one import may have");
            return false;
        }
        import.add(line, members);
        return true;
    };
    (plan.is_csv ? read_csv_servers : read_ndjson_servers)(context.request.body, errors, each);
    ImportResult const result{.created = import.finish(), .dry_run = plan.dry_run};
    if (!errors.empty()) return std::move(errors).problem();
    return result;
}

// Each server has its own record; this one says that they came together, and from which file.
void record_import(Tx& tx, Context const& context, ImportResult const& result) {
    auto const digest = sha256(context.request.body);
    boost::json::object const changes{{"created", {{"from", nullptr}, {"to", result.created}}},
                                      {"sha256", {{"from", nullptr}, {"to", to_hex(digest)}}}};
    record(tx, context, "server.import", {.type = "server", .id = {}, .name = {}}, Outcome::success, changes);
}

Result<ImportResult> rehearse(Tx& tx, Context const& context, ImportPlan plan) {
    std::optional<Result<ImportResult>> outcome;
    try {
        tx.attempt([&] {
            outcome = import_servers(tx, context, plan);
            throw DryRunOver{};
        });
    } catch (DryRunOver const&) {
        nothing_to_record(tx);
    }
    return *outcome;
}

Result<std::optional<Response>> run_import(Tx& tx, Context const& context, ImportPlan plan) {
    auto const result = plan.dry_run ? rehearse(tx, context, plan) : import_servers(tx, context, plan);
    if (!result) return result.error();
    if (!plan.dry_run) record_import(tx, context, *result);
    return std::optional{json_response(200, to_json(*result))};
}

}  // namespace

void add_server_import_route(Router& router) {
    Route route{.method = Method::post,
                .pattern = "/api/servers/import",
                .access = allow(Permission::servers_write),
                .bind = {}};
    route.bind = [](Context const& context, PathValues const&) -> Result<Steps> {
        auto const plan = plan_import(context);
        if (!plan) return plan.error();
        Steps steps;
        steps.push_back(
            {Where::bulk, [plan = *plan](Tx* tx, Context const& ctx) { return run_import(*tx, ctx, plan); }});
        return steps;
    };
    route.doc.answer = &schema_of<ImportResult>();
    route.doc.request_types = {csv_type, ndjson_type};
    route.body_limit = std::size_t{64} * 1024 * 1024;
    router.add(std::move(route))
        .query("dry_run", "`true`: look at everything, and create nothing")
        .operation("importServers")
        .summary("Add many servers: all, or none")
        .description(
            "CSV (RFC 4180, with a header of field names) or one JSON object a line: what the list of "
            "servers "
            "exports can be imported again. At most 100,000 servers and 64 MiB. When anything is wrong "
            "nothing "
            "is created, and `errors` tells of up to 100 faults at once; the pointer of each begins with the "
            "line, as in `/17/name`. Columns that the server sets itself (id, created_at, updated_at) are "
            "ignored.")
        .tag("Servers");
}

}  // namespace securestack
