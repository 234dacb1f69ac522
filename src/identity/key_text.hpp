// How an API key is written: sst_<id>_<secret>_<checksum>. The id says which row to look at, the secret is 43
// random characters of base62 (256 bits), and the checksum (CRC-32 of all before it, six characters of
// base62) tells a mistyped key, and one that a scanner found in a text, without asking anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "core/secret.hpp"

namespace securestack {

inline constexpr std::string_view key_prefix = "sst_";

Secret make_key_text(Id id);

// The id in a text that is written as a key; nullopt for every other text.
std::optional<Id> id_in_key(std::string_view text);

}  // namespace securestack
