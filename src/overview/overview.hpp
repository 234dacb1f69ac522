// What is looked at across the domains: one search, the numbers of the first screen, and what happens.
// Everybody sees what the lists would show, and no more.
#pragma once

namespace securestack {

class Router;

// /api/search, /api/summary, /api/events
void add_overview_routes(Router& router);

}  // namespace securestack
