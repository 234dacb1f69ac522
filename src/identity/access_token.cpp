#include "identity/access_token.hpp"

namespace securestack {
namespace {

constexpr std::string_view access_type = "at+jwt";  // RFC 9068

}  // namespace

std::string make_access_token(SigningKey const& key, IdentitySettings const& settings, User const& user,
                              Id session, Id token, Time now) {
    auto const second = std::chrono::floor<std::chrono::seconds>(now);
    Claims claims;
    claims.iss = settings.issuer;
    claims.aud = settings.audience;
    claims.sub = user.id;
    claims.sid = session;
    claims.epoch = user.epoch;
    claims.iat = second;
    claims.nbf = second;
    claims.exp = second + settings.access_lifetime;
    claims.jti = token;
    return sign_jwt(key, access_type, claims);
}

TokenRules access_token_rules(IdentitySettings const& settings) {
    TokenRules rules;
    rules.typ = access_type;
    rules.iss = settings.issuer;
    rules.aud = settings.audience;
    rules.longest_life = settings.access_lifetime;
    return rules;
}

}  // namespace securestack
