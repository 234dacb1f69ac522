// The one-time token in the link that makes the first administrator.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/audit.hpp"
#include "storage/database.hpp"

namespace securestack {

inline constexpr std::chrono::minutes setup_token_lifetime{15};

// A new set-up token when there is no active administrator, and nullopt otherwise. The one who holds it may
// become the first administrator.
std::optional<std::string> make_setup_token(Tx& tx, Actor const& actor);
bool is_setup_token(Tx& tx, std::string_view token, Time now);
// False when it was redeemed meanwhile. All other set-up tokens end with it.
bool redeem_setup_token(Tx& tx, std::string_view token, Time now);

// Removes at most `most` that have expired; returns how many.
std::int64_t purge_setup_tokens(Tx& tx, Time now, std::int64_t most);

}  // namespace securestack
