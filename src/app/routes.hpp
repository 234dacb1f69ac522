// Every route of the product, a line a group.
#pragma once

#include "http/router.hpp"
#include "http/system_routes.hpp"
#include "servers/servers.hpp"

namespace securestack {

class Backups;
class Identity;

// The domains whose objects belong to servers.
ServerFollowers server_followers();

// `keep_deleted`: how long what was deleted can be brought back.
void add_all_routes(Router& router, Identity& identity, Backups& backups, SystemRoutes system,
                    std::chrono::seconds keep_deleted = kept_after_deletion);

}  // namespace securestack
