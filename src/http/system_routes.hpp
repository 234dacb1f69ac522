// The addresses that belong to no domain: health, metrics, the OpenAPI document and its page, the landing
// page.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/metrics.hpp"
#include "http/router.hpp"

namespace securestack {

struct SystemRoutes {
    std::string version;
    // Why this process cannot serve now; empty when it can. Called on an I/O thread: must be quick.
    std::function<std::vector<std::string>()> reasons_not_ready;
    Metrics* metrics = nullptr;  // none: /metrics answers 404
    // Who may read /metrics; empty: everyone.
    std::function<bool(Context const& context)> may_read_metrics;
};

// GET /healthz, /readyz, /metrics, /api/openapi.json, /api/docs, /, /robots.txt, /favicon.svg,
// /problems/{slug}. The document tells of every route that the router has when it is first asked for.
void add_system_routes(Router& router, SystemRoutes system);

}  // namespace securestack
