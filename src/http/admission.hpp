// What is asked of every request before its handler runs. A failure is the answer.
#pragma once

#include "core/error.hpp"
#include "core/principal.hpp"
#include "http/message.hpp"
#include "http/route.hpp"

namespace securestack {

Result<void> check_permission(Route const& route, Principal const& principal);
Result<void> check_query(Route const& route, Request const& request);
Result<void> check_body(Route const& route, Request const& request);

}  // namespace securestack
