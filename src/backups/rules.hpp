// What a task may become, beyond what each of its fields says for itself.
#pragma once

#include "audit/audit.hpp"
#include "backups/task.hpp"
#include "core/error.hpp"

namespace securestack {

// Makes a draft whole: id, times, ping key, and what follows from its server. Problem `invalid` with every
// rule that it breaks, beside its own faults; also for a server that the caller does not see, and `forbidden`
// for one that it may only read.
Result<BackupTask> completed(Tx& tx, Context const& context, Draft<BackupTask> draft);

// The same for a change of `before` into what is wanted. The slot that is waited for is found anew when the
// calendar changed, or when the task was paused and goes on.
Result<BackupTask> completed_change(Tx& tx, Context const& context, BackupTask const& before,
                                    Draft<BackupTask> wanted);

// What follows from the rest: state, its reason, the slot that is waited for after `from`.
void derive(BackupTask& task);
void await_next(BackupTask& task, Time from);

Id new_ping_key();

}  // namespace securestack
