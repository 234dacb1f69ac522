// What the rest of the program may ask of the inventory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "audit/audit.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace securestack {

class Router;
struct Server;

// What belongs to servers follows them: a domain that has such objects says here what it does when a server
// is given to another owner or team, is deleted, brought back, or removed for good (then before its row
// goes). Called in the transaction of the change; a Follower may leave out what does not concern it.
struct ServerFollower {
    using Told = std::function<void(Tx&, Actor const&, Server const&)>;
    Told moved = {};
    Told deleted = {};
    Told restored = {};
    Told purged = {};
};
using ServerFollowers = std::vector<ServerFollower>;

// How long a deleted server can be restored, unless a setting says otherwise.
inline constexpr std::chrono::days kept_after_deletion{30};

// Removes for good at most `limit` servers that were deleted at `before` or earlier; returns how many. Each
// leaves a record. Meant to be called again until it returns less than `limit`.
std::int64_t purge_deleted_servers(Tx& tx, Actor const& actor, Time before, std::int64_t limit,
                                   ServerFollowers const& followers);

// `kept`: how long a deleted server can be restored.
void add_server_routes(Router& router, ServerFollowers followers,
                       std::chrono::seconds kept = kept_after_deletion);
void add_server_import_route(Router& router);  // part of them
void add_inventory_routes(Router& router);     // /api/inventory, for Ansible and Prometheus

}  // namespace securestack
