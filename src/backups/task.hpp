// A backup task: what is to be backed up on a server, when, and how it went last.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "incidents/severity.hpp"
#include "resource/field.hpp"

namespace securestack {

enum class BackupKind : std::uint8_t { files, postgresql, mysql, sqlite, external };
template <>
inline constexpr std::array<std::string_view, 5> choices<BackupKind>{"files", "postgresql", "mysql", "sqlite",
                                                                     "external"};

enum class TaskState : std::uint8_t { pending, running, succeeded, failed, overdue, paused };
template <>
inline constexpr std::array<std::string_view, 6> choices<TaskState>{"pending", "running", "succeeded",
                                                                    "failed",  "overdue", "paused"};

enum class RunKind : std::uint8_t { backup, drill, restore, check, forget };
template <>
inline constexpr std::array<std::string_view, 5> choices<RunKind>{"backup", "drill", "restore", "check",
                                                                  "forget"};

enum class RunState : std::uint8_t { queued, running, succeeded, failed, cancelled, lost };
template <>
inline constexpr std::array<std::string_view, 6> choices<RunState>{"queued", "running",   "succeeded",
                                                                   "failed", "cancelled", "lost"};

// What the agent reads. Of a database, its name; of files, their paths.
struct TaskSource {
    std::vector<std::string> paths;
    std::vector<std::string> excludes;
    std::string database;
};
template <>
Schema const& schema_of<TaskSource>();

// How many snapshots are kept, of each kind the latest.
struct Retention {
    std::int64_t last = 0;
    std::int64_t daily = 7;
    std::int64_t weekly = 4;
    std::int64_t monthly = 6;
    std::int64_t yearly = 0;
};
template <>
Schema const& schema_of<Retention>();

// The run that was reported last.
struct LastRun {
    Id id{};
    RunKind kind = RunKind::backup;
    RunState state = RunState::running;
    std::optional<Time> started_at;
    std::optional<Time> finished_at;
    std::optional<std::int64_t> duration_seconds;
};
template <>
Schema const& schema_of<LastRun>();

struct BackupTask {
    Id id{};
    Id server{};
    std::string name;
    BackupKind kind = BackupKind::external;
    std::optional<TaskSource> source;
    std::optional<Id> repository;
    std::string schedule = "@daily";
    std::string timezone = "UTC";
    std::int64_t jitter_seconds = 0;
    std::int64_t grace_seconds = 3'600;
    Retention retention;
    std::string drill = "@weekly";
    bool enabled = true;
    Severity severity = Severity::high;
    TaskState state = TaskState::pending;
    std::string state_reason;
    std::optional<LastRun> last_run;
    std::optional<Time> last_success_at;
    std::optional<Time> next_run_at;
    std::optional<Time> proven_at;
    std::optional<std::string> ping_url;  // never stored: told to those who may report
    Time created_at{};
    Time updated_at{};
    Id owner{};  // the server's, as `team`
    std::optional<Id> team;
    Id ping_key{};
    TaskState outcome = TaskState::pending;
    std::optional<Id> open_run;
    std::optional<Id> open_rid;
    std::optional<Time> open_since;
    std::optional<Time> due_at;
    std::optional<Time> look_at;
    std::optional<Time> stopped_at;
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<BackupTask>();

inline Holder holder_of(BackupTask const& task) {
    return {.owner = task.owner, .team = task.team};
}

}  // namespace securestack
