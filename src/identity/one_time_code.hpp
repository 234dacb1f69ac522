// Codes that are given out once and redeemed once: set-up tokens and invites. Only digests are stored.
#pragma once

#include <string>
#include <string_view>

#include "core/encoding.hpp"

namespace securestack {

// 256 random bits, as base64url.
std::string make_code();

Bytes code_digest(std::string_view code);

}  // namespace securestack
