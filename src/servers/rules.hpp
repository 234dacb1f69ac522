// What a server may become, beyond what each of its fields says for itself.
#pragma once

#include "audit/audit.hpp"
#include "core/error.hpp"
#include "servers/server.hpp"

namespace securestack {

// Where a new server comes from: a file may hold what was true when it was written.
enum class Origin : std::uint8_t { request, file };

// Makes a draft whole: id, times, and the caller as its owner when it names none.
// Problem `invalid` with every rule that it breaks, beside its own faults. Who names another owner must be an
// administrator, who names a team at least one of its operators. An end of maintenance that has passed is for
// a server that has outlived it, which an export may hold.
Result<Server> completed(Tx& tx, Context const& context, Draft<Server> draft,
                         Origin origin = Origin::request);

// The same for a change of `before` into what is wanted: who is in no maintenance any more has no end of it
// either. `forbidden` when it gives the server away and the caller does not manage it.
Result<Server> completed_change(Tx& tx, Context const& context, Server const& before, Draft<Server> wanted);

}  // namespace securestack
