// A task's incident: one at a time, opened by what went wrong, settled by the next success.
#pragma once

#include <string>

#include "backups/outcome.hpp"

namespace securestack {

// What opened it last.
enum class Alarm { failed, overdue };

// Nothing, and false, while the server is in maintenance. An incident of the task that was resolved less than
// `reopen_window` ago is reopened.
bool raise_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, Alarm what, std::string const& why,
                 std::chrono::seconds reopen_window);
void settle_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, std::string const& how);

}  // namespace securestack
