#include "identity/authenticator.hpp"

#include <algorithm>

#include <sodium.h>

#include "identity/access_token.hpp"
#include "identity/team.hpp"

namespace securestack {
namespace {

Problem unusable(std::string why) {
    return {ErrorCode::invalid_token, std::move(why)};
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() == lower.size() && std::ranges::equal(text, lower, [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
           });
}

// The token of "Bearer <token>"; empty without credentials.
Result<std::string_view> bearer_token(Headers const& headers) {
    auto const keys = headers.count("X-API-Key");
    auto const authorizations = headers.count("Authorization");
    if (keys + authorizations == 0) return std::string_view{};
    if (keys + authorizations > 1) {
        return Problem{ErrorCode::malformed,
                       "There is more than one credential: send one Authorization or X-API-Key header."};
    }
    if (keys == 1) return unusable("The API key is not valid.");
    auto const value = *headers.get("Authorization");
    auto const space = value.find(' ');
    if (!equal_ignoring_case(value.substr(0, space), "bearer")) {
        return unusable("The Authorization header must read: Bearer, a space, and an access token.");
    }
    auto const start = space == std::string_view::npos ? space : value.find_first_not_of(' ', space);
    if (start == std::string_view::npos) return unusable("The access token is missing after Bearer.");
    return value.substr(start);
}

Problem expired() {
    return unusable("The token has expired: refresh it, or log in again.");
}

Problem session_over() {
    return unusable("The session is over: log in again.");
}

// The leeway between clocks is for a token's beginning. Our own replicas made it: its end is its end.
bool is_over(VerifiedToken const& token, Time now) {
    return now >= token.expires_at;
}

Result<Principal> admitted(VerifiedToken const& token, SessionState state) {
    if (!state.alive || state.user != token.user || state.epoch != token.epoch) return session_over();
    Principal principal;
    principal.user = token.user;
    principal.session = token.session;
    principal.name = std::move(state.username);
    principal.role = state.role;
    principal.via = Via::access_token;
    principal.teams = std::move(state.teams);
    return principal;
}

SessionState read_state(Tx& tx, Id session, Time now) {
    auto found = tx.first(
        "SELECT u.id, u.username, u.role, u.epoch, u.disabled, s.ended_at, s.expires_at "
        "FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
        {session}, [&](Row const& row) {
            SessionState state;
            state.user = row.id(0);
            state.username = row.text(1);
            auto const role = choice_of<Role>(row.text(2));
            state.role = role.value_or(Role::user);
            state.epoch = row.integer(3);
            state.alive = role && !row.boolean(4) && row.is_null(5) && row.time(6) > now;
            return state;
        });
    if (!found) return {};
    if (found->alive) found->teams = memberships_of(tx, found->user);
    return *std::move(found);
}

// Whether nothing was taken away from what the caller had in its teams.
bool still_reaches(std::vector<Membership> const& now, std::vector<Membership> const& before) {
    return std::ranges::all_of(before, [&](Membership const& had) {
        auto const has = std::ranges::find(now, had.team, &Membership::team);
        return has != now.end() && has->role >= had.role;
    });
}

}  // namespace

BearerAuthenticator::BearerAuthenticator(IdentitySettings const& settings, KeyRing& keys,
                                         SessionCache& sessions)
    : rules_(access_token_rules(settings)), keys_(keys), sessions_(sessions) {
    static_assert(sizeof tag_key_ == crypto_shorthash_siphashx24_KEYBYTES);
    static_assert(sizeof(TokenTag) == crypto_shorthash_siphashx24_BYTES);
    fill_random(tag_key_);
}

TokenTag BearerAuthenticator::tag_of(std::string_view token) const {
    TokenTag tag{};
    crypto_shorthash_siphashx24(tag.data(), bytes_of(token).data(), token.size(), tag_key_.data());
    return tag;
}

std::optional<VerifiedToken> BearerAuthenticator::remembered(TokenTag const& tag) {
    std::lock_guard const lock{mutex_};
    auto const* known = verified_.find(tag);
    return known == nullptr ? std::nullopt : std::optional{*known};
}

Result<VerifiedToken> BearerAuthenticator::verify(std::string_view token, TokenTag const& tag,
                                                  TokenKeys const& keys, Time now) {
    auto const claims = verify_jwt(token, keys.verifying, rules_, now);
    if (!claims) return claims.error();
    VerifiedToken verified;
    verified.user = claims->sub;
    verified.session = claims->sid;
    verified.epoch = claims->epoch;
    verified.expires_at = claims->exp;
    std::lock_guard const lock{mutex_};
    verified_.put(tag, verified);
    return verified;
}

std::optional<Result<Principal>> BearerAuthenticator::authenticate(Request const& request, Time now) {
    auto const text = bearer_token(request.headers);
    if (!text) return text.error();
    if (text->empty()) return Principal{};
    auto const tag = tag_of(*text);
    auto token = remembered(tag);
    if (!token) {
        auto const keys = keys_.in_memory(now);
        if (!keys) return std::nullopt;
        auto const verified = verify(*text, tag, *keys, now);
        if (!verified) return verified.error();
        token = *verified;
    }
    if (is_over(*token, now)) return expired();
    auto state = sessions_.find(token->session, now);
    if (!state) return std::nullopt;
    return admitted(*token, *std::move(state));
}

Result<Principal> BearerAuthenticator::resolve(Tx& tx, Request const& request, Time now) {
    auto const text = bearer_token(request.headers);
    if (!text) return text.error();
    if (text->empty()) return Principal{};
    auto const stamp = sessions_.stamp();  // before anything is read
    auto const tag = tag_of(*text);
    auto token = remembered(tag);
    if (!token) {
        auto const verified = verify(*text, tag, *keys_.read(tx, now), now);
        if (!verified) return verified.error();
        token = *verified;
    }
    if (is_over(*token, now)) return expired();
    auto state = read_state(tx, token->session, now);
    sessions_.put(token->session, state, now, stamp);
    return admitted(*token, std::move(state));
}

// Whatever ends a user's tokens ends the sessions with them: the epoch needs no look.
Result<void> BearerAuthenticator::confirm(Tx& tx, Principal const& principal, Time now) {
    auto const state = read_state(tx, principal.session, now);
    if (!state.alive || state.user != principal.user || state.role != principal.role) return session_over();
    if (!still_reaches(state.teams, principal.teams))
        return unusable("Your part in a team has changed meanwhile: try again.");
    return {};
}

}  // namespace securestack
