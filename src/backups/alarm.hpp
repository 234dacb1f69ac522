// A task's incident: one at a time, opened by what went wrong, settled by the next success.
#pragma once

#include <string>

#include "backups/outcome.hpp"

namespace securestack {

// What opened it last.
enum class Alarm { failed, overdue };

// Nothing, and false, while the server is in maintenance.
bool raise_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, Alarm what, std::string const& why);
void settle_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, std::string const& how);

}  // namespace securestack
