// What is kept for how long, and the one list of what removes it afterwards.
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
// started, and then so often. It takes the writer some tens of milliseconds at a million servers.
inline constexpr std::chrono::hours between_statistics{24};
Purge planner_statistics(Database& database, Clock const& clock);

// Every purge, in the order in which a round runs them. The references must outlive the list. The audit log
// has none: a trigger would refuse it.
std::vector<Purge> retention_purges(Database& database, Clock const& clock, IdSource& ids, Log& log,
                                    Identity& identity, ServerFollowers followers,
                                    RetentionSettings settings);

}  // namespace securestack
