// ?server=: the objects that name a server, in lists whose rows name several.
#pragma once

#include "core/error.hpp"
#include "http/context.hpp"
#include "incidents/store.hpp"
#include "resource/scope.hpp"

namespace securestack {

// Problem `malformed` for a value that is no id, and for more than a hundred of them.
Result<Scope> with_server_filter(Context const& context, ServerLinks const& links, Scope scope);

}  // namespace securestack
