// The request target and the authority (RFC 9112 §3.2, RFC 3986), for parse_head.
#pragma once

#include <string_view>

#include "core/error.hpp"

namespace securestack {

struct Target {
    std::string_view path;       // still encoded, "/" at least; "*" for asterisk-form
    std::string_view query;      // without '?'
    std::string_view authority;  // of absolute-form, empty otherwise
};

// Origin-form, absolute-form (http, https) and "*". `malformed` for authority-form, a fragment, a bad percent
// escape and characters that RFC 3986 does not allow in a path; in a query every visible ASCII character but
// '#' passes, as browsers send them.
Result<Target> split_target(std::string_view target);

// host [":" port] without user information; an IPv6 address stands in brackets.
bool is_authority(std::string_view text);

}  // namespace securestack
