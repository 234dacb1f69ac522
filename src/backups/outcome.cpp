#include "backups/outcome.hpp"

#include <boost/json/object.hpp>

#include "backups/alarm.hpp"
#include "backups/log_text.hpp"
#include "backups/timing.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

RunState state_of(RunReport const& report) {
    if (report.state == ReportedState::running) return RunState::running;
    if (report.state == ReportedState::failed || report.exit_code.value_or(0) != 0) return RunState::failed;
    return RunState::succeeded;
}

LastRun summary(Run const& run) {
    return {.id = run.id,
            .kind = run.kind,
            .state = run.state,
            .started_at = run.started_at,
            .finished_at = run.finished_at,
            .duration_seconds = run.duration_seconds};
}

// The run of this task that a report belongs to, if it has begun: the one with its rid, or without one the
// last that did.
std::optional<Run> open_run(Tx& tx, TaskPulse const& pulse, std::optional<Id> rid) {
    if (pulse.open_run && (!rid || rid == pulse.open_rid)) return Table<Run>(tx).find(*pulse.open_run);
    if (!rid) return std::nullopt;
    return Table<Run>(tx).find_where(
        Sql{}.add("task = ").bind(pulse.id).add(" AND rid = ").bind(*rid).add(" AND state = 'running'"));
}

// The end of the last run, sent again because its answer was lost: under the same rid, and soon after.
std::optional<Run> told_before(Tx& tx, TaskPulse const& pulse, RunReport const& report, Time now) {
    static constexpr auto longest_retry = std::chrono::minutes{5};
    if (!report.rid || !pulse.last_run) return std::nullopt;
    auto last = Table<Run>(tx).find(pulse.last_run->id);
    if (!last || last->rid != report.rid || last->state != state_of(report)) return std::nullopt;
    if (!last->finished_at || now - *last->finished_at > longest_retry) return std::nullopt;
    return last;
}

Run new_run(Actor const& actor, TaskPulse const& pulse, RunReport const& report) {
    Run run;
    run.id = actor.ids.make(actor.now);
    run.task = pulse.id;
    run.server = pulse.server;
    run.queued_at = actor.now;
    run.rid = report.rid;
    run.owner = pulse.owner;
    run.team = pulse.team;
    return run;
}

// `paired`: the beginning was reported under the same rid, so that the time between is the run's.
void take_facts(Run& run, RunReport const& report, Time now, bool paired) {
    run.state = state_of(report);
    if (report.started_at) run.started_at = report.started_at;
    if (run.state == RunState::running) {
        if (!run.started_at) run.started_at = now;
    } else {
        run.finished_at = report.finished_at.value_or(now);
    }
    if (report.duration_seconds) {
        run.duration_seconds = report.duration_seconds;
        if (!run.started_at && run.finished_at)
            run.started_at = *run.finished_at - std::chrono::seconds{*report.duration_seconds};
    } else if (run.started_at && run.finished_at && (paired || report.started_at)) {
        auto const took = std::chrono::round<std::chrono::seconds>(*run.finished_at - *run.started_at);
        run.duration_seconds = std::max<std::int64_t>(0, took.count());
    }
    auto const take = [](auto& member, auto const& value) {
        if (value) member = value;
    };
    take(run.bytes_processed, report.bytes_processed);
    take(run.bytes_added, report.bytes_added);
    take(run.files_total, report.files_total);
    take(run.snapshot_id, report.snapshot_id);
    take(run.exit_code, report.exit_code);
    if (!report.error.empty()) run.error = report.error;
}

std::string log_of(Tx& tx, Run const& run) {
    if (run.log_bytes <= static_cast<std::int64_t>(log_tail_bytes)) return run.log_tail;
    return tx
        .first("SELECT text FROM run_logs WHERE run = $1", {run.id},
               [](Row const& row) { return std::string{row.text(0)}; })
        .value_or(run.log_tail);
}

// The whole log, when it does not fit into the run's row. Written after the run.
std::optional<std::string> add_log(Tx& tx, Run& run, std::string_view said) {
    if (said.empty()) return std::nullopt;
    auto text = run.log_bytes == 0 ? std::string{} : log_of(tx, run);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    text = readable_tail(text.append(said), log_bytes_kept);
    run.log_bytes = static_cast<std::int64_t>(text.size());
    run.log_tail = last_bytes(text, log_tail_bytes);
    if (text.size() <= log_tail_bytes) return std::nullopt;
    return text;
}

void save_log(Tx& tx, Run const& run, std::optional<std::string> const& text) {
    if (!text) return;
    tx.execute("INSERT INTO run_logs (run, text) VALUES ($1, $2) ON CONFLICT (run) DO UPDATE SET text = $2",
               {run.id, *text});
}

void lose_run(Tx& tx, Id run) {
    tx.execute("UPDATE runs SET state = 'lost', version = version + 1 WHERE id = $1 AND state = 'running'",
               {run});
}

// Whether a report of how a run ended says something of the task as it is now: not when a later success is
// known, nor when the slot that would follow has already been missed.
bool is_news(TaskPulse const& pulse, Time finished, Time now) {
    if (pulse.last_success_at && finished < *pulse.last_success_at) return false;
    if (pulse.last_run && pulse.last_run->finished_at && finished < *pulse.last_run->finished_at)
        return false;
    if (!pulse.enabled || finished >= now) return true;
    auto const next = Timing::read(pulse.schedule, pulse.timezone).value().next(finished);
    return next + patience(pulse.jitter_seconds, pulse.grace_seconds) > now;
}

std::string ending(Run const& run) {
    std::string text = run.error.empty() ? "The run failed" : run.error;
    if (run.exit_code) text += " (exit code " + std::to_string(*run.exit_code) + ")";
    text += ".";
    if (!run.log_tail.empty()) text += "\n\n```\n" + std::string{last_bytes(run.log_tail, 2'000)} + "\n```";
    return text;
}

void record_turn(Tx& tx, Actor const& actor, TaskPulse const& pulse, std::string_view action,
                 Run const& run) {
    boost::json::object changes;
    changes["run"] = {{"from", nullptr}, {"to", run.id.to_string()}};
    changes["outcome"] = {{"from", choice_name(pulse.outcome)}, {"to", choice_name(run.state)}};
    record(tx, actor, action, audit_object_of(pulse), Outcome::success, changes);
}

// The end of a run: what it means for the task, and who has to hear of it.
void take_end(Tx& tx, Actor const& actor, TaskPulse const& before, TaskPulse after, Run const& run,
              std::chrono::seconds reopen_window) {
    auto const finished = run.finished_at.value_or(actor.now);
    if (after.open_run == run.id) {
        after.open_run.reset();
        after.open_rid.reset();
        after.open_since.reset();
    }
    if (!is_news(before, finished, actor.now)) {
        nothing_to_record(tx);
        if (before.open_run != after.open_run) save_pulse(tx, before, after);
        return;
    }
    bool const succeeded = run.state == RunState::succeeded;
    after.outcome = succeeded ? TaskState::succeeded : TaskState::failed;
    after.last_run = summary(run);
    if (succeeded) after.last_success_at = finished;
    await_next(after, finished);
    save_pulse(tx, before, after);
    if (!succeeded) {
        record_turn(tx, actor, before, "backup.fail", run);
        if (before.enabled) raise_alarm(tx, actor, before, Alarm::failed, ending(run), reopen_window);
        return;
    }
    bool const was_wrong = before.outcome == TaskState::failed || before.outcome == TaskState::overdue;
    if (was_wrong) settle_alarm(tx, actor, before, "The next run succeeded.");
    if (before.outcome == TaskState::succeeded) return nothing_to_record(tx);
    record_turn(tx, actor, before, was_wrong ? "backup.recover" : "backup.succeed", run);
}

}  // namespace

Run take_report(Tx& tx, Actor const& actor, TaskPulse const& pulse, RunReport const& report,
                std::chrono::seconds reopen_window) {
    bool const begins = state_of(report) == RunState::running;
    auto known = open_run(tx, pulse, report.rid);
    if (!known && !begins) {
        if (auto const last = told_before(tx, pulse, report, actor.now)) {
            nothing_to_record(tx);
            return *last;
        }
    }
    // A second beginning under a rid is the first one, sent again; without one it is another run, and the end
    // of the first will not be heard of any more.
    if (known && begins && !report.rid) known.reset();
    bool const paired = known && known->rid == report.rid;
    auto run = known ? *known : new_run(actor, pulse, report);
    take_facts(run, report, actor.now, paired);
    auto const log = add_log(tx, run, report.log_tail);
    if (known) {
        Table<Run>(tx).update(run).value();
    } else {
        Table<Run>(tx).insert(run).value();
    }
    save_log(tx, run, log);
    if (!begins) {
        take_end(tx, actor, pulse, pulse, run, reopen_window);
        return run;
    }
    auto after = pulse;
    if (pulse.open_run && pulse.open_run != run.id && !pulse.open_rid) lose_run(tx, *pulse.open_run);
    after.open_run = run.id;
    after.open_rid = run.rid;
    after.open_since = run.started_at;
    after.last_run = summary(run);
    save_pulse(tx, pulse, after);
    nothing_to_record(tx);
    return run;
}

void take_log(Tx& tx, Actor const&, TaskPulse const& pulse, std::optional<Id> rid, std::string_view text) {
    nothing_to_record(tx);
    auto run = open_run(tx, pulse, rid);
    if (!run && pulse.last_run) run = Table<Run>(tx).find(pulse.last_run->id);
    if (!run || text.empty()) return;
    auto const log = add_log(tx, *run, text);
    Table<Run>(tx).update(*run).value();
    save_log(tx, *run, log);
}

}  // namespace securestack
