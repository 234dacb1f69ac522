// What all sessions of a server share; outlives them.
#pragma once

#include "http/memory_budget.hpp"
#include "http/server.hpp"

namespace securestack {

struct Service {
    ServerOptions const& options;
    RequestHandler const& handler;
    Database& database;
    IdSource& ids;
    Clock& clock;
    Log& log;
    MemoryBudget& bodies;
    MemoryBudget& strangers_bodies;  // of requests where nobody need be logged in
    MemoryBudget& spools;            // bytes on the disk
};

// Request bodies and answers may take their timeout and, beyond that, as long as this rate needs.
inline constexpr std::size_t slowest_bytes_per_second = 64 * 1024;

}  // namespace securestack
