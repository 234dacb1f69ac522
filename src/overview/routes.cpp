#include "overview/routes.hpp"

#include "overview/overview.hpp"

namespace securestack {

void add_overview_routes(Router& router) {
    add_search_route(router);
    add_summary_route(router);
    add_events_route(router);
}

}  // namespace securestack
