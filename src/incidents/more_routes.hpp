// The groups of routes that add_incident_routes is made of. Private to this folder.
#pragma once

#include "http/collection.hpp"

namespace securestack {

// acknowledge, resolve, reopen, bulk
void add_incident_action_routes(Router& router, Collection& incidents);
void add_timeline_routes(Router& router);             // timeline, comments
void add_incident_statistics_routes(Router& router);  // stats

}  // namespace securestack
