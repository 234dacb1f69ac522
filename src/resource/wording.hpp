// The words of an error message: where (RFC 6901) and what would be right.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace securestack {

// `parent` and one more member, with ~ and / escaped.
std::string join_pointer(std::string_view parent, std::string_view member);

// "a, b or c"
std::string one_of(std::span<std::string_view const> names);

// "servers": "server"; "repositories": "repository".
std::string singular(std::string_view plural);

// What a time in a query must be. A blank in `text` was a plus before it was decoded.
std::string expected_time(std::string_view text);

// The name that was probably meant; empty when none is near.
std::string_view nearest_name(std::span<std::string_view const> names, std::string_view text);

}  // namespace securestack
