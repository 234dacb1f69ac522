// Leases: of several replicas one does a piece of background work, for as long as it keeps saying so. All on
// the database's clock, so that a replica whose own clock is wrong neither takes nor keeps what is not its.
//
// A lease is a promise about time only. What must never happen twice is guarded by the fence as well (a
// number that grows with every change of holder: read it back in the transaction that does the work), or by a
// UNIQUE index.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "storage/database.hpp"

namespace securestack {

struct Lease {
    std::string name;
    std::string holder;
    std::int64_t fence = 0;
    Time expires_at{};
};

// Takes the lease when it is free or has expired, with a fence that nobody had before; prolongs it, with the
// fence that it has, when `holder` has it already. nullopt while somebody else does.
std::optional<Lease> claim_lease(Tx& tx, std::string_view name, std::string_view holder,
                                 std::chrono::seconds duration, Time now);

// Whether the lease is still its holder's. A transaction that asks first and is serialised with every change
// of holder does its work under the lease or not at all.
bool holds_lease(Tx& tx, Lease const& lease, Time now);

// Gives it up before its time, so that the next need not wait. Nothing when it is somebody else's by now.
void release_lease(Tx& tx, Lease const& lease);

}  // namespace securestack
