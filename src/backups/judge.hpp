// The judge of what is overdue: pure SQL over a transaction; Backups::judge runs it under its lease.
#pragma once

#include <chrono>
#include <cstdint>

#include "audit/audit.hpp"
#include "storage/database.hpp"

namespace securestack {

// Since when somebody has been there to hear of runs, and from when on slots are held against tasks.
struct Attendance {
    Time looked_at{};
    Time listening_since{};
    Time resumes_at{};
};

// Longer than this without a look, and pings may have gone unheard: whoever looks again waits first.
inline constexpr std::chrono::seconds longest_absence{120};
// How often the look is written down; it need not be at every one.
inline constexpr std::chrono::seconds attendance_period{30};

// Notes that somebody looks. After an absence nothing is judged before `now` + `delay`.
Attendance attend(Tx& tx, Time now, std::chrono::seconds delay);

// Whether there is a task to look at.
bool anything_due(Tx& tx, Time now);

struct Looked {
    std::int64_t tasks = 0;  // that were looked at
    std::int64_t slots = 0;  // of them, those that had no success in time
};

// Judges one slot of each of at most `limit` tasks, the longest due first, and looks at some more that turn
// out not to be due. Slots that fell due while nobody was there are judged as one. `reopen_window` is that of
// `raise_alarm`.
Looked judge_due(Tx& tx, Actor const& actor, Attendance const& attendance, std::chrono::seconds reopen_window,
                 std::int64_t limit);

// Gives at most `limit` runs up of which no end was heard for a week; returns how many.
std::int64_t give_up_runs(Tx& tx, Actor const& actor, std::int64_t limit);

}  // namespace securestack
