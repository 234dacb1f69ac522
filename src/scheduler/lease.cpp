#include "scheduler/lease.hpp"

namespace securestack {

std::optional<Lease> claim_lease(Tx& tx, std::string_view name, std::string_view holder,
                                 std::chrono::seconds duration, Time now) {
    Time const expires_at = now + duration;
    auto const fence = tx.first(
        "INSERT INTO leases (name, holder, fence, expires_at) VALUES ($1, $2, 1, $3) "
        "ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = $3, "
        "fence = CASE WHEN leases.holder = $2 AND leases.expires_at > $4 THEN leases.fence "
        "ELSE leases.fence + 1 END "
        "WHERE leases.holder = $2 OR leases.expires_at <= $4 RETURNING fence",
        {name, holder, expires_at, now}, [](Row const& row) { return row.integer(0); });
    if (!fence) return std::nullopt;
    return Lease{std::string{name}, std::string{holder}, *fence, expires_at};
}

bool holds_lease(Tx& tx, Lease const& lease, Time now) {
    return tx
        .first("SELECT 1 FROM leases WHERE name = $1 AND holder = $2 AND fence = $3 AND expires_at > $4",
               {lease.name, lease.holder, lease.fence, now}, [](Row const&) { return true; })
        .has_value();
}

void release_lease(Tx& tx, Lease const& lease) {
    tx.execute("UPDATE leases SET expires_at = $4 WHERE name = $1 AND holder = $2 AND fence = $3",
               {lease.name, lease.holder, lease.fence, Time{}});
}

}  // namespace securestack
