// Codes that are given out once and redeemed once: the set-up token and the invites. Only digests are stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/context.hpp"
#include "identity/documents.hpp"
#include "storage/database.hpp"

namespace securestack {

inline constexpr std::chrono::minutes setup_token_lifetime{15};
inline constexpr std::chrono::days invite_lifetime{7};

// A new set-up token when there is no active administrator, and nullopt otherwise. The one who holds it may
// become the first administrator.
std::optional<std::string> make_setup_token(Tx& tx, Actor const& actor);
bool is_setup_token(Tx& tx, std::string_view token, Time now);
// False when it was redeemed meanwhile. All other set-up tokens end with it.
bool redeem_setup_token(Tx& tx, std::string_view token, Time now);

Invite make_invite(Tx& tx, Context const& context);
bool is_invite(Tx& tx, std::string_view code, Time now);
bool redeem_invite(Tx& tx, std::string_view code, Id user, Time now);

}  // namespace securestack
