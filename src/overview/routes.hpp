// The routes of this folder, one by one. Private to it.
#pragma once

namespace securestack {

class Router;

void add_search_route(Router& router);
void add_summary_route(Router& router);
void add_events_route(Router& router);

}  // namespace securestack
