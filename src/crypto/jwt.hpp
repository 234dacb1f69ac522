// Signed tokens: JWT (RFC 7519) in compact form with Ed25519 signatures (RFC 8037), read as strictly as RFC
// 8725 asks.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/time.hpp"
#include "crypto/signing_key.hpp"

namespace securestack {

inline constexpr std::size_t longest_jwt = 4096;
inline constexpr std::chrono::seconds longest_leeway{60};

struct Claims {
    std::string iss;
    std::string aud;
    Id sub{};                // the user
    Id sid{};                // the session
    std::int64_t epoch = 0;  // the user's epoch when the token was made; a higher one has since ended it
    std::chrono::sys_seconds iat{};
    std::chrono::sys_seconds nbf{};
    std::chrono::sys_seconds exp{};
    Id jti{};

    bool operator==(Claims const&) const = default;
};

// `typ` says what the token is for ("at+jwt", RFC 9068), so that no other kind passes for it.
std::string sign_jwt(SigningKey const& key, std::string_view typ, Claims const& claims);

// What a token must be to be accepted.
struct TokenRules {
    std::string typ;
    std::string iss;
    std::string aud;
    std::chrono::seconds longest_life{300};  // from iat to exp
    std::chrono::seconds leeway{30};         // for clocks that differ; at most longest_leeway counts
};

// The claims of a token that one of `keys` signed and that is valid at `now`; otherwise invalid_token, whose
// detail tells an expired token from one that is not valid, and nothing more. The token's header chooses
// among `keys` by kid and nothing else: the algorithm is EdDSA, and any member beside alg, kid and typ is
// refused. Makes no connection and reads no file.
Result<Claims> verify_jwt(std::string_view token, std::span<PublicKey const> keys, TokenRules const& rules,
                          Time now);

}  // namespace securestack
