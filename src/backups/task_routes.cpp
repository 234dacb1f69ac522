#include "backups/routes.hpp"
#include "backups/rules.hpp"
#include "http/router.hpp"
#include "identity/visible.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Problem absent() {
    return {ErrorCode::not_found, "There is no backup task with this id."};
}

Problem out_of_reach(Reach reach) {
    return {
        ErrorCode::forbidden,
        reach == Reach::operate
            ? "You may see this backup task, but not act on it: that takes an operator of its server's team."
            : "You may see this backup task, but not delete it: that takes a maintainer of its server's "
              "team."};
}

Result<Scope> readable(Tx&, Context const& context) {
    return visible_to(context.principal, std::move(Sql{}.add(live_tasks)));
}

Result<Scope> of_server(Tx& tx, Context const& context, Id id) {
    if (auto const server = find_server(tx, context, id); !server) return server.error();
    return Scope{std::move(Sql{}.add(live_tasks).add(" AND server = ").bind(id))};
}

// The handlers that tell the ping URL, which begins as the program is reached.
class Tasks {
  public:
    explicit Tasks(Backups const& backups) : backups_(backups) {}

    Result<Entity<BackupTask>> get(Tx& tx, Context const& context, Id id) const {
        auto found = find_task(tx, context, id, Reach::read);
        if (!found) return found.error();
        return Entity<BackupTask>{told(context, *std::move(found))};
    }

    Result<Created<BackupTask>> create(Tx& tx, Context const& context, BackupTask const& draft) const {
        auto task = completed(tx, context, draft);
        if (!task) return task.error();
        if (auto const saved = Table<BackupTask>(tx).insert(*task); !saved) return saved.error();
        record_created(tx, context, "backup.create", *task);
        return Created<BackupTask>{told(context, *task), "/api/backups/" + task->id.to_string()};
    }

    template <class Document>
    Result<Entity<BackupTask>> change(Tx& tx, Context const& context, Id id, Document const& document) const {
        auto const before = find_for_write(tx, context, id, Reach::operate);
        if (!before) return before.error();
        auto const wanted = document.apply(*before);
        if (!wanted) return wanted.error();
        auto after = completed_change(tx, context, *before, *wanted);
        if (!after) return after.error();
        auto const changes = changes_between(schema_of<BackupTask>(), &*before, &*after);
        if (changes.as_object().empty()) {
            nothing_to_record(tx);
            return Entity<BackupTask>{told(context, *before)};
        }
        after->updated_at = context.now;
        if (auto const saved = Table<BackupTask>(tx).update(*after); !saved) return saved.error();
        record(tx, context, "backup.update", audit_object(*after), Outcome::success, changes);
        return Entity<BackupTask>{told(context, *std::move(after))};
    }

    Result<NoContent> remove(Tx& tx, Context const& context, Id id) const {
        auto const before = find_for_write(tx, context, id, Reach::manage);
        if (!before) return before.error();
        Table<BackupTask>(tx).remove(id);
        record_deleted(tx, context, "backup.delete", *before);
        return NoContent{};
    }

    Result<Entity<BackupTask>> rotate(Tx& tx, Context const& context, Id id) const {
        auto task = find_for_write(tx, context, id, Reach::operate);
        if (!task) return task.error();
        task->ping_key = new_ping_key();
        task->updated_at = context.now;
        if (auto const saved = Table<BackupTask>(tx).update(*task); !saved) return saved.error();
        record(tx, context, "backup.rotate_ping_url", audit_object(*task), Outcome::success);
        return Entity<BackupTask>{told(context, *std::move(task))};
    }

  private:
    static Result<BackupTask> find_for_write(Tx& tx, Context const& context, Id id, Reach reach) {
        auto found = find_task(tx, context, id, reach);
        if (!found) return found.error();
        if (auto const current = context.check_if_match(found->version); !current) return current.error();
        return found;
    }

    // With its ping URL, for whom it is.
    BackupTask told(Context const& context, BackupTask task) const {
        if (task.kind == BackupKind::external && reaches(context.principal, Reach::operate, holder_of(task)))
            task.ping_url = backups_.settings().url + "/ping/" + task.ping_key.to_string();
        return task;
    }

    Backups const& backups_;
};

}  // namespace

Result<BackupTask> find_task(Tx& tx, Context const& context, Id id, Reach reach) {
    auto found = Table<BackupTask>(tx).find_where(Sql{}.add("stopped_at IS NULL AND id = ").bind(id));
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    if (!reaches(context.principal, reach, holder_of(*found))) return out_of_reach(reach);
    return *std::move(found);
}

Result<Server> find_server(Tx& tx, Context const& context, Id id) {
    auto found = Table<Server>(tx).find_where(Sql{}.add("deleted_at IS NULL AND id = ").bind(id));
    if (found && reaches(context.principal, Reach::read, holder_of(*found))) return *std::move(found);
    return Problem{ErrorCode::not_found, "There is no server with this id."};
}

void add_task_routes(Router& router, Backups& backups) {
    using enum Permission;
    Tasks const tasks{backups};
    router.list<BackupTask>("/api/backups", allow(backups_read), readable)
        .operation("listBackups")
        .summary("The backup tasks that you may see")
        .tag("Backups");
    router.list<BackupTask>("/api/servers/{id}/backups", allow(backups_read), of_server)
        .reach(Reach::read)
        .operation("listServerBackups")
        .summary("The backup tasks of a server")
        .tag("Backups");
    router
        .post("/api/backups", allow(backups_write),
              [tasks](Tx& tx, Context const& context, BackupTask const& draft) {
                  return tasks.create(tx, context, draft);
              })
        .operation("createBackup")
        .summary("Add a backup task")
        .description(
            "`server` and `name` are enough: a task of kind `external`, expected every day, to which "
            "any backup tool reports.")
        .tag("Backups")
        .answers(409);
    router
        .get("/api/backups/{id}", allow(backups_read),
             [tasks](Tx& tx, Context const& context, Id id) { return tasks.get(tx, context, id); })
        .reach(Reach::read)
        .operation("getBackup")
        .summary("One backup task")
        .tag("Backups");
    router
        .put("/api/backups/{id}", allow(backups_write),
             [tasks](Tx& tx, Context const& context, Id id, Replacement<BackupTask> const& document) {
                 return tasks.change(tx, context, id, document);
             })
        .reach(Reach::operate)
        .operation("replaceBackup")
        .summary("Replace a backup task: what is left out takes its default")
        .tag("Backups")
        .answers(409);
    router
        .patch("/api/backups/{id}", allow(backups_write),
               [tasks](Tx& tx, Context const& context, Id id, Patch<BackupTask> const& patch) {
                   return tasks.change(tx, context, id, patch);
               })
        .reach(Reach::operate)
        .operation("updateBackup")
        .summary("Change a backup task (RFC 7396 merge patch)")
        .tag("Backups")
        .answers(409);
    router
        .del("/api/backups/{id}", allow(backups_write),
             [tasks](Tx& tx, Context const& context, Id id) { return tasks.remove(tx, context, id); })
        .reach(Reach::manage)
        .operation("deleteBackup")
        .summary("Delete a backup task and its history")
        .tag("Backups");
    router
        .post("/api/backups/{id}/ping-url", allow(backups_write),
              [tasks](Tx& tx, Context const& context, Id id) { return tasks.rotate(tx, context, id); })
        .reach(Reach::operate)
        .operation("rotateBackupPingUrl")
        .summary("Give a backup task another ping URL; the old one is unknown at once")
        .tag("Backups");
}

void add_backup_routes(Router& router, Backups& backups) {
    add_task_routes(router, backups);
    add_run_routes(router);
    add_stats_routes(router);
    add_repository_routes(router, backups);
    add_schedule_routes(router);
    add_ping_routes(router, backups);
}

}  // namespace securestack
