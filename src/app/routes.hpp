// Every route of the product, a line a group.
#pragma once

#include "http/router.hpp"
#include "http/system_routes.hpp"

namespace securestack {

class Identity;

void add_all_routes(Router& router, Identity& identity, SystemRoutes system);

}  // namespace securestack
