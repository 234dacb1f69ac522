// The route groups of this folder, and what they share. Private to it.
#pragma once

#include "audit/audit.hpp"
#include "backups/backups.hpp"
#include "backups/outcome.hpp"
#include "backups/run.hpp"
#include "backups/task.hpp"
#include "resource/scope.hpp"
#include "servers/server.hpp"

namespace securestack {

void add_task_routes(Router& router, Backups& backups);
void add_run_routes(Router& router, Backups& backups);
void add_stats_routes(Router& router);
void add_repository_routes(Router& router, Backups& backups);
void add_ping_routes(Router& router, Backups& backups);
void add_schedule_routes(Router& router);

// The task, for a caller that reaches it so far; `not_found` when it is absent or hidden, `forbidden` when it
// may only be seen.
Result<BackupTask> find_task(Tx& tx, Context const& context, Id id, Reach reach);
// The server, to read; `not_found` when it is absent, deleted or hidden.
Result<Server> find_server(Tx& tx, Context const& context, Id id);

// The conditions of live tasks, and of runs whose task is one.
inline constexpr std::string_view live_tasks = "stopped_at IS NULL";
inline constexpr std::string_view live_runs =
    "EXISTS (SELECT 1 FROM backups WHERE backups.id = runs.task AND backups.stopped_at IS NULL)";

}  // namespace securestack
