#include "audit/save_changes.hpp"
#include "backups/alarm.hpp"
#include "backups/outcome.hpp"
#include "backups/routes.hpp"
#include "backups/rules.hpp"
#include "http/bound.hpp"
#include "http/collection.hpp"
#include "identity/visible.hpp"

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

    Result<Created<BackupTask>> create(Tx& tx, Context const& context, Draft<BackupTask> const& draft) const {
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
        auto after = completed_change(tx, context, *before, document.draft(*before));
        if (!after) return after.error();
        auto const saved = save_changes(tx, context, "backup.update", *before, *after);
        if (!saved) return saved.error();
        return Entity<BackupTask>{told(context, *std::move(after))};
    }

    Result<NoContent> remove(Tx& tx, Context const& context, Id id) const {
        auto const before = find_for_write(tx, context, id, Reach::manage);
        if (!before) return before.error();
        settle_alarm(tx, context, find_pulse(tx, Sql{}.add("id = ").bind(id)).value(),
                     "The backup task was deleted.");
        Table<BackupTask>(tx).remove(id);
        record_deleted(tx, context, "backup.delete", *before, holder_of(*before));
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
        if (auto const current = context.check_preconditions(found->version); !current)
            return current.error();
        return found;
    }

    // With its ping URL, for whom it is: who has it can report.
    BackupTask told(Context const& context, BackupTask task) const {
        auto const& caller = context.principal;
        bool const may_report = may(caller, Permission::runs_write) || may(caller, Permission::backups_write);
        if (task.kind == BackupKind::external && may_report &&
            reaches(caller, Reach::operate, holder_of(task)))
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
    Tasks const tasks{backups};
    Collection collection{router,
                          {.address = "/api/backups",
                           .tag = "Backups",
                           .operation = {"Backup", "Backups"},
                           .words = {"backup task", "backup tasks"},
                           .reading = Permission::backups_read,
                           .writing = Permission::backups_write}};
    collection.list<BackupTask>(readable);
    router.list<BackupTask>("/api/servers/{id}/backups", allow(Permission::backups_read), of_server)
        .reach(Reach::read)
        .operation("listServerBackups")
        .summary("The backup tasks of a server")
        .tag("Backups");
    collection.create(bound(tasks, &Tasks::create))
        .description(
            "`server` and `name` are enough: a task of kind `external`, expected every day, to which "
            "any backup tool reports.");
    collection.get(bound(tasks, &Tasks::get));
    collection.replace(bound(tasks, &Tasks::change<Replacement<BackupTask>>));
    collection.update(bound(tasks, &Tasks::change<Patch<BackupTask>>));
    collection.remove(bound(tasks, &Tasks::remove)).summary("Delete a backup task and its history");
    collection.act("ping-url", bound(tasks, &Tasks::rotate))
        .operation("rotateBackupPingUrl")
        .summary("Give a backup task another ping URL; the old one is unknown at once");
}

void add_backup_routes(Router& router, Backups& backups) {
    add_task_routes(router, backups);
    add_run_routes(router, backups);
    add_stats_routes(router);
    add_repository_routes(router, backups);
    add_schedule_routes(router);
    add_ping_routes(router, backups);
}

}  // namespace securestack
