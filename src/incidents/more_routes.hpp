// The groups of routes that add_incident_routes is made of. Private to this folder.
#pragma once

namespace securestack {

class Router;

void add_incident_action_routes(Router& router);      // acknowledge, resolve, reopen, bulk
void add_timeline_routes(Router& router);             // timeline, comments
void add_incident_statistics_routes(Router& router);  // stats

}  // namespace securestack
