// What becomes of a task when a run of it begins or ends, and when one does not come: the one place where its
// state changes by itself.
#pragma once

#include <optional>
#include <string>

#include "audit/audit.hpp"
#include "backups/run.hpp"
#include "backups/task.hpp"
#include "resource/sql.hpp"
#include "storage/database.hpp"

namespace securestack {

// The part of a task that its runs move. Read and written apart from the rest, so that a ping costs few
// columns and few indexes.
struct TaskPulse {
    Id id{};
    Id server{};
    std::string name;
    BackupKind kind = BackupKind::external;
    Severity severity = Severity::high;
    std::string schedule;
    std::string timezone;
    std::int64_t jitter_seconds = 0;
    std::int64_t grace_seconds = 0;
    bool enabled = true;
    TaskState state = TaskState::pending;
    TaskState outcome = TaskState::pending;
    std::optional<LastRun> last_run;
    std::optional<Time> last_success_at;
    std::optional<Time> next_run_at;
    std::optional<Time> due_at;
    std::optional<Time> look_at;
    std::optional<Id> open_run;
    std::optional<Id> open_rid;
    std::optional<Time> open_since;
    std::optional<Time> stopped_at;
    Id owner{};
    std::optional<Id> team;
};

// The first task that satisfies `where`.
std::optional<TaskPulse> find_pulse(Tx& tx, Sql const& where);
// Calls `visit` with each; `rest` begins with WHERE.
std::vector<TaskPulse> read_pulses(Tx& tx, Sql const& rest);

// The task waits for `slot`: what is due, and when. Nothing is waited for while it is paused, stopped, or of
// a kind that needs an agent.
void await_slot(TaskPulse& pulse, Time slot);
void await_next(TaskPulse& pulse, Time after);

// Writes what differs between the two; the version grows. The judge will look no later than at `due_at`.
void save_pulse(Tx& tx, TaskPulse const& before, TaskPulse after);

// Takes in a report that a run began or ended, and all that follows: the run, the task's state, the slot that
// is waited for next, the incident, the audit record. The run as it stands then. `now` is when it was heard
// of. A report of the past that changes nothing now is history only. `reopen_window` is that of
// `raise_alarm`.
Run take_report(Tx& tx, Actor const& actor, TaskPulse const& pulse, RunReport const& report,
                std::chrono::seconds reopen_window);

// Adds to the log of the run that is open under `rid` (or at all, without one), else of the latest run.
void take_log(Tx& tx, Actor const& actor, TaskPulse const& pulse, std::optional<Id> rid,
              std::string_view text);

AuditObject audit_object_of(TaskPulse const& pulse);

}  // namespace securestack
