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
    std::string sha256 = {};  // of the file, known once it was read
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

// Every row of the file into `batches`; how many there were.
Result<std::int64_t> read_file(Context const& context, ImportPlan const& plan, ImportErrors& errors,
                               RowBatches& batches) {
    std::int64_t rows = 0;
    auto const each = [&](std::size_t line, boost::json::object const& members) {
        if (++rows > most_imported_servers) {
            errors.add(line, "", "length", "is beyond the 100,000 servers that one import may have");
            return false;
        }
        batches.add(line, members);
        return true;
    };
    (plan.is_csv ? read_csv_servers : read_ndjson_servers)(context.request.content(), errors, each);
    auto const taken = batches.finish();
    if (!errors.empty()) return std::move(errors).problem();
    return taken;
}

std::optional<Response> answer(ImportPlan const& plan, std::int64_t created) {
    return json_response(200, to_json(ImportResult{.created = created, .dry_run = plan.dry_run}));
}

// All that can be said before anything is written: whoever writes keeps the others from it.
Result<std::optional<Response>> check_file(Tx& tx, Context const& context, ImportPlan& plan) {
    ImportErrors errors;
    ImportCheck check{tx, context, errors};
    auto const fresh = read_file(context, plan, errors, check);
    if (!fresh) return fresh.error();
    if (plan.dry_run) return answer(plan, *fresh);
    Sha256 digest;
    context.request.each_piece([&](std::string_view piece) { digest.add(bytes_of(piece)); });
    plan.sha256 = to_hex(digest.digest());
    return std::optional<Response>{};
}

// Each server has its own record; this one says that they came together, and from which file.
void record_import(Tx& tx, Context const& context, ImportPlan const& plan, std::int64_t created) {
    boost::json::object const changes{{"created", {{"from", nullptr}, {"to", created}}},
                                      {"sha256", {{"from", nullptr}, {"to", plan.sha256}}}};
    record(tx, context, "server.import", {.type = "server", .id = {}, .name = {}}, Outcome::success, changes);
}

// What others did since the file was looked at is found here.
Result<std::optional<Response>> import_file(Tx& tx, Context const& context, ImportPlan const& plan) {
    ImportErrors errors;
    ServerImport import{tx, context, errors};
    auto const created = read_file(context, plan, errors, import);
    if (!created) return created.error();
    record_import(tx, context, plan, *created);
    return answer(plan, *created);
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
        auto const shared = std::make_shared<ImportPlan>(*plan);
        Steps steps;
        steps.push_back(
            {Where::read, [shared](Tx* tx, Context const& ctx) { return check_file(*tx, ctx, *shared); }});
        if (plan->dry_run) return steps;
        steps.push_back(
            {Where::bulk, [shared](Tx* tx, Context const& ctx) { return import_file(*tx, ctx, *shared); }});
        return steps;
    };
    route.doc.answer = &schema_of<ImportResult>();
    route.doc.request_types = {csv_type, ndjson_type};
    route.body_limit = std::size_t{64} * 1024 * 1024;
    route.file_timeout = std::chrono::minutes{5};
    router.add(std::move(route))
        .query("dry_run", "`true`: look at everything, and create nothing")
        .operation("importServers")
        .summary("Add many servers: all, or none")
        .description(
            "CSV (RFC 4180, with a header of field names) or one JSON object a line: what the list of "
            "servers exports can be imported again. At most 100,000 servers, 64 MiB and five minutes. When "
            "anything is wrong nothing is created, and `errors` tells of up to 100 faults at once; the "
            "pointer of each begins with the line, as in `/17/name`. Columns that the server sets itself "
            "(id, created_at, updated_at) are ignored.")
        .tag("Servers");
}

}  // namespace securestack
