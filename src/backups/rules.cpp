#include "backups/rules.hpp"

#include <algorithm>

#include "backups/repository.hpp"
#include "backups/timing.hpp"
#include "core/secret.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

using Errors = std::vector<FieldError>;

void append(Errors& errors, Problem const& problem) {
    errors.insert(errors.end(), problem.errors.begin(), problem.errors.end());
}

void check_calendar(BackupTask const& task, Errors& errors) {
    auto const check_schedule = [&](std::string_view pointer, std::string_view text) {
        if (is_wrong(errors, pointer)) return;
        auto const schedule = Schedule::parse(text);
        if (!schedule)
            errors.push_back({std::string{pointer}, "format", schedule.error().errors.at(0).detail});
    };
    check_schedule("/schedule", task.schedule);
    if (!task.drill.empty()) check_schedule("/drill", task.drill);
    if (is_wrong(errors, "/timezone")) return;
    if (auto const zone = TimeZone::find(task.timezone); !zone) append(errors, zone.error());
}

void check_source(BackupTask const& task, Errors& errors) {
    if (!task.source || is_wrong(errors, "/source") || is_wrong(errors, "/kind")) return;
    auto const& source = *task.source;
    bool const files = task.kind == BackupKind::files;
    if (task.kind == BackupKind::external) {
        errors.push_back(
            {"/source", "conflict", "is for what the agent backs up; leave it out for kind \"external\""});
    } else if (files && (source.paths.empty() || !source.database.empty())) {
        errors.push_back({"/source", "conflict", "must name paths, and no database, for kind \"files\""});
    } else if (!files && (source.database.empty() || !source.paths.empty() || !source.excludes.empty())) {
        errors.push_back({"/source", "conflict", "must name a database, and no paths, for this kind"});
    }
}

// A repository that the caller may not use is as good as none.
void check_repository(Tx& tx, Context const& context, BackupTask const& task, std::optional<Id> before,
                      Errors& errors) {
    if (!task.repository || is_wrong(errors, "/repository") || is_wrong(errors, "/kind")) return;
    if (task.kind == BackupKind::external) {
        errors.push_back({"/repository", "conflict", "must be null for kind \"external\""});
    } else if (task.repository != before) {
        auto const found = Table<Repository>(tx).find(*task.repository);
        if (found && reaches(context.principal, Reach::operate, holder_of(*found))) return;
        errors.push_back({"/repository", "unknown", "must be the id of a repository that you may use"});
    }
}

std::string reason(BackupTask const& task) {
    if (task.kind == BackupKind::external || !task.enabled) return {};
    std::string text = "Waits for an agent on the server";
    if (!task.source) text += ", and for a source";
    if (!task.repository) text += ", and for a repository";
    return text + ".";
}

Result<Server> server_of(Tx& tx, Context const& context, Id id) {
    auto found = Table<Server>(tx).find_where(Sql{}.add("deleted_at IS NULL AND id = ").bind(id));
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found)))
        return Problem{{FieldError{"/server", "unknown", "must be the id of a server"}}};
    if (reaches(context.principal, Reach::operate, holder_of(*found))) return *std::move(found);
    return Problem{ErrorCode::forbidden,
                   "You may see this server, but not change it: that takes an operator of its team."};
}

}  // namespace

Id new_ping_key() {
    Id id;
    fill_random(id.bytes);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0fU) | 0x40U);  // version 4
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3fU) | 0x80U);
    return id;
}

void derive(BackupTask& task) {
    task.state = shown_state(task.enabled, task.outcome, task.open_run.has_value());
    task.state_reason = reason(task);
    task.look_at = look_no_later(task.look_at, task.due_at);
}

void await_next(BackupTask& task, Time from) {
    task.next_run_at.reset();
    task.due_at.reset();
    if (!task.enabled || task.stopped_at || task.kind != BackupKind::external) return;
    task.next_run_at = Timing::read(task.schedule, task.timezone).value().next(from);
    task.due_at = *task.next_run_at + patience(task.jitter_seconds, task.grace_seconds);
}

Result<BackupTask> completed(Tx& tx, Context const& context, Draft<BackupTask> draft) {
    auto& [task, errors] = draft;
    check_calendar(task, errors);
    check_source(task, errors);
    check_repository(tx, context, task, std::nullopt, errors);
    if (is_wrong(errors, "/server")) return Problem{std::move(errors)};
    auto const server = server_of(tx, context, task.server);
    if (!server && server.error().code == ErrorCode::forbidden) return server.error();
    if (!server) append(errors, server.error());
    if (!errors.empty()) return Problem{std::move(errors)};
    task.id = context.new_id();
    task.created_at = task.updated_at = context.now;
    task.owner = server->owner;
    task.team = server->team;
    task.ping_key = new_ping_key();
    await_next(task, context.now);
    derive(task);
    return std::move(task);
}

Result<BackupTask> completed_change(Tx& tx, Context const& context, BackupTask const& before,
                                    Draft<BackupTask> wanted) {
    auto& [after, errors] = wanted;
    check_calendar(after, errors);
    check_source(after, errors);
    check_repository(tx, context, after, before.repository, errors);
    if (after.server != before.server && !is_wrong(errors, "/server"))
        errors.push_back({"/server", "read_only", "a task stays with its server; make another one there"});
    if (!errors.empty()) return Problem{std::move(errors)};
    bool const same_calendar = after.schedule == before.schedule && after.timezone == before.timezone &&
                               after.enabled == before.enabled && after.kind == before.kind;
    if (!same_calendar) {
        await_next(after, context.now);
    } else if (after.next_run_at) {
        after.due_at = *after.next_run_at + patience(after.jitter_seconds, after.grace_seconds);
    }
    derive(after);
    return std::move(after);
}

}  // namespace securestack
