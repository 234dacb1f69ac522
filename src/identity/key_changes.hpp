// What becomes of API keys because of something else: the key that made them, or their owner. Each change is
// recorded.
#pragma once

#include "identity/api_key.hpp"

namespace securestack {

// Removes a key, and those that were made with it.
void remove_key(Tx& tx, Actor const& actor, ApiKey const& key);

// Removes all keys of a user, who goes.
void remove_keys_of(Tx& tx, Actor const& actor, Id owner);

// `maker` has changed: the keys that were made with it are brought within it, or removed when nothing is left
// of them.
void narrow_keys_made_with(Tx& tx, Actor const& actor, ApiKey const& maker);

// Only an administrator's key may never expire: those of somebody who is none any more get the usual end.
void limit_keys(Tx& tx, Actor const& actor, Id owner);

}  // namespace securestack
