// When a maintenance window happens. Pure.
#pragma once

#include <optional>

#include "core/error.hpp"
#include "core/time.hpp"
#include "incidents/window.hpp"

namespace securestack {

struct Occurrence {
    Time from{};
    Time until{};
};

// The occurrence that runs at `now`, or else the next one; nullopt when none is left. Problem `invalid` for a
// schedule or a time zone that cannot be read.
Result<std::optional<Occurrence>> occurrence_at(MaintenanceWindow const& window, Time now);

bool is_active(MaintenanceWindow const& window, Time now);

}  // namespace securestack
