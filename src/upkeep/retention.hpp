// What is kept for how long, and the one list of what the housekeeper does.
#pragma once

#include <chrono>
#include <vector>

#include "core/log.hpp"
#include "identity/identity.hpp"
#include "servers/servers.hpp"
#include "upkeep/housekeeper.hpp"

namespace securestack {

// Counted from a run's report, a deletion, the end of a session.
struct RetentionSettings {
    std::chrono::seconds runs = std::chrono::days{400};
    std::chrono::seconds run_logs = std::chrono::days{90};
    std::chrono::seconds deleted = kept_after_deletion;
};

// What the planner knows of the tables goes stale as they grow: it is gathered anew when the program has
// started, and then so often. It takes the writer 40 to 180 ms at a million servers.
inline constexpr std::chrono::hours between_statistics{24};
Chore planner_statistics(Database& database, Clock const& clock);

// All of them, in the order in which a round runs them. The references must outlive the list. None removes
// anything from the audit log: a trigger would refuse it.
std::vector<Chore> housekeeping_chores(Database& database, Clock const& clock, IdSource& ids, Log& log,
                                       Identity& identity, ServerFollowers followers,
                                       RetentionSettings settings);

}  // namespace securestack
