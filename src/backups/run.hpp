// One run of a backup task: what a tool reported, or what the agent did.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backups/task.hpp"

namespace securestack {

enum class RunTrigger : std::uint8_t { schedule, manual, external };
template <>
inline constexpr std::array<std::string_view, 3> choices<RunTrigger>{"schedule", "manual", "external"};

// What a row keeps of a run's log; the rest of the 100 kB is at /api/runs/{id}/log.
inline constexpr std::size_t log_tail_bytes = 4'000;
inline constexpr std::size_t log_bytes_kept = 100'000;

struct RunProgress {
    std::int64_t percent = 0;
    std::int64_t bytes_done = 0;
    std::int64_t bytes_total = 0;
    std::optional<std::int64_t> seconds_left;
};
template <>
Schema const& schema_of<RunProgress>();

// What a drill found when it restored.
struct RunEvidence {
    std::int64_t files_checked = 0;
    std::int64_t files_differing = 0;
    std::optional<Time> newest_file_at;
    std::string summary;
};
template <>
Schema const& schema_of<RunEvidence>();

struct Run {
    Id id{};
    Id task{};
    Id server{};
    RunKind kind = RunKind::backup;
    RunTrigger trigger = RunTrigger::external;
    RunState state = RunState::succeeded;
    Time queued_at{};  // when it was first heard of
    std::optional<Time> started_at;
    std::optional<Time> finished_at;
    std::optional<std::int64_t> duration_seconds;
    std::optional<RunProgress> progress;
    std::optional<std::int64_t> bytes_processed;
    std::optional<std::int64_t> bytes_added;
    std::optional<std::int64_t> files_total;
    std::optional<std::string> snapshot_id;
    std::optional<std::int64_t> exit_code;
    std::string error;
    std::string log_tail;
    std::int64_t log_bytes = 0;
    std::optional<RunEvidence> evidence;
    std::optional<Id> rid;
    Id owner{};  // the server's, as `team`
    std::optional<Id> team;
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<Run>();

inline Holder holder_of(Run const& run) {
    return {.owner = run.owner, .team = run.team};
}

enum class ReportedState : std::uint8_t { running, succeeded, failed };
template <>
inline constexpr std::array<std::string_view, 3> choices<ReportedState>{"running", "succeeded", "failed"};

// No run that was first heard of at `time` or later has a smaller id: ids begin with the millisecond in which
// they were made, so that a period is a range of them.
Id first_run_id(Time time);

// What a tool says of a run. Absent members are not known, or follow from others.
struct RunReport {
    std::optional<ReportedState> state;  // follows from exit_code; else succeeded, if a time is told
    std::optional<Id> rid;  // the same in the report that begins a run and in the one that ends it
    std::optional<Time> started_at;
    std::optional<Time> finished_at;
    std::optional<std::int64_t> duration_seconds;
    std::optional<std::int64_t> bytes_processed;
    std::optional<std::int64_t> bytes_added;
    std::optional<std::int64_t> files_total;
    std::optional<std::string> snapshot_id;
    std::optional<std::int64_t> exit_code;
    std::string error;
    std::string log_tail;
};
template <>
Schema const& schema_of<RunReport>();

}  // namespace securestack
