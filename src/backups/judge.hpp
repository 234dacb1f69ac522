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

bool anything_due(Tx& tx, Time now);

// Judges at most `limit` tasks whose slot had no success in time, one slot of each, the longest due first;
// returns how many. Slots that fell due while nobody was there are judged as one.
std::int64_t judge_due(Tx& tx, Actor const& actor, Attendance const& attendance, std::int64_t limit);

// Gives at most `limit` runs up of which no end was heard for a week; returns how many.
std::int64_t give_up_runs(Tx& tx, Actor const& actor, std::int64_t limit);

}  // namespace securestack
