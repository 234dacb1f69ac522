// Who may call what: every operation for every kind of caller, from what the routes state and the table of
// permissions. The page that people read and the test that calls every operation come from here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/router.hpp"

namespace securestack {

enum class CallerKind : std::uint8_t {
    anonymous,
    key,        // an API key of the owner's that has the scope
    other_key,  // one that has not
    owner,      // whose object it is
    outsider,   // has no part in it
    viewer,     // of the team that holds it, as are the next two
    operating,
    maintainer,
    auditor,
    admin
};
inline constexpr std::size_t caller_kinds = 10;
std::string_view to_string(CallerKind caller);

enum class Verdict : std::uint8_t {
    allowed,
    unauthenticated,  // 401
    forbidden,        // 403
    hidden            // 404: as if the object were not there
};

// What becomes of a call about one object; of a list, "allowed" is what the caller may see of it.
Verdict verdict(Route const& route, CallerKind caller);

// docs/permissions.md: the same routes give the same text.
std::string permissions_page(Router const& router);

}  // namespace securestack
