// Access tokens: JWTs of a few minutes that name a user and one of its sessions.
#pragma once

#include <string>

#include "crypto/jwt.hpp"
#include "identity/settings.hpp"
#include "identity/user.hpp"

namespace securestack {

std::string make_access_token(SigningKey const& key, IdentitySettings const& settings, User const& user,
                              Id session, Id token, Time now);

TokenRules access_token_rules(IdentitySettings const& settings);

}  // namespace securestack
