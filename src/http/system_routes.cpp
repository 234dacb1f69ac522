#include "http/system_routes.hpp"

#include "http/documentation.hpp"
#include "http/openapi.hpp"
#include "http/static_files.hpp"

namespace securestack {

namespace {

Response refusal(Context const& context, Problem const& problem) {
    return problem_response(problem, context.request.path, context.request_id());
}

std::string sentence(std::vector<std::string> const& reasons) {
    std::string text = "Not ready: ";
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        if (i > 0) text += "; ";
        text += reasons[i];
    }
    return text + ".";
}

void add_health(Router& router, SystemRoutes const& system) {
    auto const alive = [](Context const&) { return json_response(200, R"({"status":"alive"})"); };
    router.plain(Method::get, "/healthz", anyone(), alive)
        .operation("getHealth")
        .tag("System")
        .summary("Whether the process is alive")
        .route()
        .in_api = true;
    auto const ready = [reasons_not_ready = system.reasons_not_ready](Context const& context) {
        auto const reasons = reasons_not_ready ? reasons_not_ready() : std::vector<std::string>{};
        if (reasons.empty()) return json_response(200, R"({"status":"ready"})");
        return refusal(context, {ErrorCode::unavailable, sentence(reasons)});
    };
    router.plain(Method::get, "/readyz", anyone(), ready)
        .operation("getReadiness")
        .tag("System")
        .summary(
            "Whether the process can serve: database reachable, migrated and of one time with it, not "
            "draining")
        .route()
        .in_api = true;
}

void add_metrics(Router& router, SystemRoutes const& system) {
    if (system.metrics == nullptr) return;
    auto const read = [metrics = system.metrics, allowed = system.may_read_metrics](Context const& context) {
        if (allowed && !allowed(context)) {
            return refusal(context, {ErrorCode::forbidden, "Metrics are not open to this address."});
        }
        return metrics->answer(context.request.headers);
    };
    Route& route = router.plain(Method::get, "/metrics", anyone(), read)
                       .operation("getMetrics")
                       .tag("System")
                       .summary("Counters and latencies for Prometheus")
                       .answers(403)
                       .route();
    route.in_api = true;
    route.doc.content_type = "text/plain";
}

}  // namespace

void add_system_routes(Router& router, SystemRoutes system) {
    add_health(router, system);
    add_metrics(router, system);
    // The router outlives every request to it.
    auto const document = [&router, version = system.version] { return openapi_document(router, version); };
    Route& openapi = serve_text(router, "/api/openapi.json", "application/json", document)
                         .operation("getOpenApi")
                         .tag("System")
                         .summary("This document")
                         .route();
    openapi.in_api = true;
    openapi.doc.has_etag = true;
    add_documentation_pages(router);
}

}  // namespace securestack
