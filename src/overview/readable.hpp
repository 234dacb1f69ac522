// What a caller may read of each kind of object: the scopes of the lists. Private to this folder.
#pragma once

#include "core/principal.hpp"
#include "resource/scope.hpp"

namespace securestack {

Scope readable_servers(Principal const& principal);
Scope readable_backups(Principal const& principal);

}  // namespace securestack
