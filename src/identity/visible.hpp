// Lists of what belongs to somebody: tables with the columns `owner` and, where teams share, `team`.
#pragma once

#include "core/principal.hpp"
#include "resource/scope.hpp"

namespace securestack {

// The rows of `common` ("deleted_at IS NULL"; empty for all) that the caller may read: an admin and an
// auditor all of them, others what they own and what each of their teams holds. The same as `reaches` with
// Reach::read, as a list asks it. The table needs the indexes of its sorts and filters three times: by
// themselves, after `owner`, and after `team`.
Scope visible_to(Principal const& principal, Sql common);

// The rows that `reaches` allows to delete and to bring back.
Scope managed_by(Principal const& principal, Sql common);

}  // namespace securestack
