// What tools print, as text that can be stored and shown. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace securestack {

// The last `most` bytes of `bytes`, whole characters, as UTF-8: what is none becomes U+FFFD, and a NUL too.
std::string readable_tail(std::string_view bytes, std::size_t most);

// The last `most` bytes of valid UTF-8, beginning with a whole character.
std::string_view last_bytes(std::string_view utf8, std::size_t most);

}  // namespace securestack
