// When a task is due. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "backups/task.hpp"
#include "scheduler/cron.hpp"

namespace securestack {

// A task's calendar.
class Timing {
  public:
    // Problem `invalid`, at "/schedule" or "/timezone" or both.
    static Result<Timing> read(std::string_view schedule, std::string_view timezone);

    // The first slot after `after`.
    Time next(Time after) const { return schedule_.next(after, zone_); }
    std::vector<Time> preview(Time after, std::size_t count) const {
        return schedule_.preview(after, zone_, count);
    }
    TimeZone const& zone() const { return zone_; }

  private:
    Timing(Schedule schedule, TimeZone zone) : schedule_(schedule), zone_(zone) {}
    Schedule schedule_;
    TimeZone zone_;
};

// How long after a slot its absence is judged.
inline std::chrono::seconds patience(std::int64_t jitter_seconds, std::int64_t grace_seconds) {
    return std::chrono::seconds{jitter_seconds + grace_seconds};
}

// When the judge looks next at a task that is due at `due`, having planned to at `planned`.
std::optional<Time> look_no_later(std::optional<Time> planned, std::optional<Time> due);

// What a task shows of itself: paused goes before overdue, overdue before running.
TaskState shown_state(bool enabled, TaskState outcome, bool running);

}  // namespace securestack
