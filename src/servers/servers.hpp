// What the rest of the program may ask of the inventory.
#pragma once

#include <chrono>
#include <cstdint>

#include "audit/audit.hpp"
#include "storage/database.hpp"

namespace securestack {

class Router;

// How long a deleted server can be restored.
inline constexpr std::chrono::days kept_after_deletion{30};

// Removes for good at most `limit` servers that were deleted longer ago than that; returns how many. Each
// leaves a record. Meant to be called again until it returns less than `limit`.
std::int64_t purge_deleted_servers(Tx& tx, Actor const& actor, std::int64_t limit);

void add_server_routes(Router& router);

}  // namespace securestack
