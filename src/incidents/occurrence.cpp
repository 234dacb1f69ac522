#include "incidents/occurrence.hpp"

#include <algorithm>

#include "scheduler/cron.hpp"

namespace securestack {
namespace {

std::optional<Occurrence> once(MaintenanceWindow const& window, Time now) {
    if (!window.starts_at || !window.ends_at || *window.ends_at <= now) return std::nullopt;
    return Occurrence{*window.starts_at, *window.ends_at};
}

// An occurrence that has not ended by `now` began after now - duration: the first such slot is the one.
std::optional<Occurrence> recurring(MaintenanceWindow const& window, Schedule const& schedule,
                                    TimeZone const& zone, Time now) {
    std::chrono::seconds const duration{window.duration_seconds.value_or(0)};
    Time after = now - duration;
    if (window.starts_at) after = std::max(after, *window.starts_at - std::chrono::microseconds{1});
    Occurrence found;
    found.from = schedule.next(after, zone);
    found.until = found.from + duration;
    if (window.ends_at) found.until = std::min(found.until, *window.ends_at);
    if (found.until <= std::max(now, found.from)) return std::nullopt;
    return found;
}

}  // namespace

Result<std::optional<Occurrence>> occurrence_at(MaintenanceWindow const& window, Time now) {
    if (!window.schedule) return once(window, now);
    auto const schedule = Schedule::parse(*window.schedule);
    auto const zone = TimeZone::find(window.timezone);
    if (schedule && zone) return recurring(window, *schedule, *zone, now);
    std::vector<FieldError> errors;
    auto const add = [&](Problem const& problem) {
        errors.insert(errors.end(), problem.errors.begin(), problem.errors.end());
    };
    if (!schedule) add(schedule.error());
    if (!zone) add(zone.error());
    return Problem{std::move(errors)};
}

bool is_active(MaintenanceWindow const& window, Time now) {
    auto const occurrence = occurrence_at(window, now);
    return occurrence && *occurrence && (*occurrence)->from <= now;
}

}  // namespace securestack
