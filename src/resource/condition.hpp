// A scope for statements that are no lists: counts and documents over all of its rows.
#pragma once

#include <vector>

#include "resource/scope.hpp"

namespace securestack {

// The scope as one condition; "1 = 1" when every row will do.
Sql as_condition(Scope const& scope);

// One condition for each alternative of the scope, so that each is served by its own index; every row of the
// scope satisfies exactly one, because an alternative leaves to those before it what they have. "1 = 1" when
// every row will do.
std::vector<Sql> disjoint_conditions(Scope const& scope);

}  // namespace securestack
