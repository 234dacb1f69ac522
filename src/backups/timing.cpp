#include "backups/timing.hpp"

#include <algorithm>

namespace securestack {

Result<Timing> Timing::read(std::string_view schedule, std::string_view timezone) {
    auto const parsed = Schedule::parse(schedule);
    auto const zone = TimeZone::find(timezone);
    if (parsed && zone) return Timing{*parsed, *zone};
    std::vector<FieldError> errors;
    if (!parsed) errors = parsed.error().errors;
    if (!zone) {
        auto const problem = zone.error();
        errors.insert(errors.end(), problem.errors.begin(), problem.errors.end());
    }
    return Problem{std::move(errors)};
}

std::optional<Time> look_no_later(std::optional<Time> planned, std::optional<Time> due) {
    if (!due) return planned;
    return planned ? std::min(*planned, *due) : due;
}

TaskState shown_state(bool enabled, TaskState outcome, bool running) {
    if (!enabled) return TaskState::paused;
    if (outcome == TaskState::overdue) return outcome;
    return running ? TaskState::running : outcome;
}

}  // namespace securestack
