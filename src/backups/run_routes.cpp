#include "backups/routes.hpp"
#include "http/router.hpp"
#include "identity/visible.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

constexpr std::chrono::minutes clocks_differ_by{5};

Problem absent() {
    return {ErrorCode::not_found, "There is no run with this id."};
}

Result<Scope> readable(Tx&, Context const& context) {
    return visible_to(context.principal, std::move(Sql{}.add(live_runs)));
}

Result<Scope> of_task(Tx& tx, Context const& context, Id id) {
    if (auto const task = find_task(tx, context, id, Reach::read); !task) return task.error();
    return Scope{std::move(Sql{}.add("task = ").bind(id))};
}

Result<Scope> of_server(Tx& tx, Context const& context, Id id) {
    if (auto const server = find_server(tx, context, id); !server) return server.error();
    return Scope{std::move(Sql{}.add("server = ").bind(id))};
}

Result<Run> find_run(Tx& tx, Context const& context, Id id) {
    auto found = Table<Run>(tx).find_where(Sql{}.add("id = ").bind(id).add(" AND ").add(live_runs));
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    return *std::move(found);
}

Result<Entity<Run>> get_run(Tx& tx, Context const& context, Id id) {
    auto found = find_run(tx, context, id);
    if (!found) return found.error();
    return Entity<Run>{*std::move(found)};
}

Result<Response> get_log(Tx& tx, Context const& context, Id id) {
    auto const run = find_run(tx, context, id);
    if (!run) return run.error();
    auto text = tx.first("SELECT text FROM run_logs WHERE run = $1", {id},
                         [](Row const& row) { return std::string{row.text(0)}; });
    return text_response(200, "text/plain; charset=utf-8", std::move(text).value_or(run->log_tail));
}

// What is of the future cannot have happened; what is of a moment ago is allowed for.
void check_times(RunReport const& report, Time now, std::vector<FieldError>& errors) {
    auto const check = [&](std::optional<Time> time, char const* pointer) {
        if (time && *time > now + clocks_differ_by && !is_wrong(errors, pointer))
            errors.push_back({pointer, "range", "must not be in the future"});
    };
    check(report.started_at, "/started_at");
    check(report.finished_at, "/finished_at");
}

Result<Created<Run>> report_run(std::chrono::seconds reopen_window, Tx& tx, Context const& context, Id id,
                                Draft<RunReport> draft) {
    auto const task = find_task(tx, context, id, Reach::operate);
    if (!task) return task.error();
    if (task->kind != BackupKind::external) {
        return Problem{ErrorCode::conflict,
                       "The runs of this task are reported by its server's agent; only a task of kind "
                       "\"external\" takes reports."};
    }
    check_times(draft.value, context.now, draft.errors);
    auto const report = faultless(std::move(draft));
    if (!report) return report.error();
    auto const pulse = find_pulse(tx, Sql{}.add("id = ").bind(id)).value();
    auto const run = take_report(tx, context, pulse, *report, reopen_window);
    record(tx, context, "run.report", {"run", run.id.to_string(), task->name}, Outcome::success);
    return Created<Run>{run, "/api/runs/" + run.id.to_string()};
}

}  // namespace

void add_run_routes(Router& router, Backups& backups) {
    using enum Permission;
    router.list<Run>("/api/runs", allow(backups_read), readable)
        .operation("listRuns")
        .summary("The runs of all backup tasks that you may see, the latest first")
        .tag("Runs");
    router.list<Run>("/api/backups/{id}/runs", allow(backups_read), of_task)
        .reach(Reach::read)
        .operation("listBackupRuns")
        .summary("The runs of a backup task, the latest first")
        .tag("Runs");
    router.list<Run>("/api/servers/{id}/runs", allow(backups_read), of_server)
        .reach(Reach::read)
        .operation("listServerRuns")
        .summary("The runs of a server's backup tasks, the latest first")
        .tag("Runs");
    router.get("/api/runs/{id}", allow(backups_read), get_run)
        .reach(Reach::read)
        .operation("getRun")
        .summary("One run")
        .tag("Runs");
    auto& log = router.get("/api/runs/{id}/log", allow(backups_read), get_log)
                    .reach(Reach::read)
                    .operation("getRunLog")
                    .summary("What a run said: the last 100,000 bytes, as text")
                    .tag("Runs")
                    .route();
    log.doc.content_type = "text/plain";
    auto const report = [window = backups.settings().reopen_window](Tx& tx, Context const& context, Id id,
                                                                    Draft<RunReport> draft) {
        return report_run(window, tx, context, id, std::move(draft));
    };
    router.post("/api/backups/{id}/runs", allow(runs_write), report)
        .reach(Reach::operate)
        .operation("reportRun")
        .summary("Report a run that another tool made")
        .description(
            "That it begins (`state` `running`), and that it ended; or the end alone, which is enough. At "
            "least one of `state`, `exit_code` and the times must be there: an empty report is no success.")
        .tag("Runs")
        .answers(409);
}

}  // namespace securestack
