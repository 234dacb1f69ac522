// A scope for statements that are no lists: counts and documents over all of its rows.
#pragma once

#include "resource/scope.hpp"

namespace securestack {

// The scope as one condition; "1 = 1" when every row will do.
Sql as_condition(Scope const& scope);

}  // namespace securestack
