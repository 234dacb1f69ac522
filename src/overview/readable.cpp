#include "overview/readable.hpp"

#include "identity/visible.hpp"

namespace securestack {

Scope readable_servers(Principal const& principal) {
    return visible_to(principal, std::move(Sql{}.add("deleted_at IS NULL")));
}

Scope readable_backups(Principal const& principal) {
    return visible_to(principal, std::move(Sql{}.add("stopped_at IS NULL")));
}

}  // namespace securestack
