// What a server may become, beyond what each of its fields says for itself.
#pragma once

#include "audit/audit.hpp"
#include "core/error.hpp"
#include "servers/server.hpp"

namespace securestack {

// Makes a decoded draft whole: id, times, and the caller as its owner when it names none.
// Problem `invalid` with every rule that it breaks.
Result<Server> completed(Tx& tx, Context const& context, Server draft);

// The same for a change of `before` into `after`: who is in no maintenance any more has no end of it either.
Result<Server> completed_change(Tx& tx, Context const& context, Server const& before, Server after);

}  // namespace securestack
