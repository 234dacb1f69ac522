#include "identity/authenticator.hpp"

#include <algorithm>

#include "identity/access_token.hpp"
#include "identity/credential.hpp"
#include "identity/key_text.hpp"
#include "identity/team.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Problem unusable(std::string why) {
    return {ErrorCode::invalid_token, std::move(why)};
}

Problem expired() {
    return unusable("The token has expired: refresh it, or log in again.");
}

Problem bad_key() {
    return unusable("The API key is not valid.");
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

KeyState read_key_state(Tx& tx, Id id) {
    KeyState state;
    auto key = Table<ApiKey>(tx).find(id);
    if (!key) return state;
    auto user = Table<User>(tx).find(key->owner);
    if (!user) return state;
    state.user = user->id;
    state.username = std::move(user->username);
    state.role = user->role;
    state.alive = !user->disabled;
    state.teams = memberships_of(tx, state.user);
    state.key = *std::move(key);
    return state;
}

bool is_secret_of(std::string_view text, ApiKey const& key, Time now) {
    auto const digest = key_digest(text);
    if (equal_in_constant_time(digest, key.digest)) return true;
    return key.previous_digest && key.previous_until && now < *key.previous_until &&
           equal_in_constant_time(digest, *key.previous_digest);
}

bool may_come_from(Address const& client, ApiKey const& key) {
    auto const networks = networks_of(key);
    return key.addresses.empty() ||
           std::ranges::any_of(networks, [&](Network const& network) { return network.contains(client); });
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
                                         SessionCache& sessions, KeyUses& uses)
    : rules_(access_token_rules(settings)), keys_(keys), sessions_(sessions), uses_(uses) {
    fill_random(tag_key_);
}

TokenTag BearerAuthenticator::tag_of(std::string_view token) const {
    return siphash_mac(tag_key_, bytes_of(token));
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
    auto const credential = credential_of(request.headers);
    if (!credential) return credential.error();
    switch (credential->kind) {
        case CredentialKind::none:
            return Principal{};
        case CredentialKind::access_token:
            return authenticate_token(credential->text, now);
        case CredentialKind::api_key:
            return authenticate_key(request, credential->text, now);
    }
    return std::nullopt;
}

Result<Principal> BearerAuthenticator::resolve(Tx& tx, Request const& request, Time now) {
    auto const credential = credential_of(request.headers);
    if (!credential) return credential.error();
    switch (credential->kind) {
        case CredentialKind::none:
            return Principal{};
        case CredentialKind::access_token:
            return resolve_token(tx, credential->text, now);
        case CredentialKind::api_key:
            return resolve_key(tx, request, credential->text, now);
    }
    return Principal{};
}

std::optional<Result<Principal>> BearerAuthenticator::authenticate_token(std::string_view text, Time now) {
    auto const tag = tag_of(text);
    auto token = remembered(tag);
    if (!token) {
        auto const keys = keys_.in_memory(now);
        if (!keys) return std::nullopt;
        auto const verified = verify(text, tag, *keys, now);
        if (!verified) return verified.error();
        token = *verified;
    }
    if (is_over(*token, now)) return expired();
    auto state = sessions_.find(token->session, now);
    if (!state) return std::nullopt;
    return admitted(*token, *std::move(state));
}

Result<Principal> BearerAuthenticator::resolve_token(Tx& tx, std::string_view text, Time now) {
    auto const stamp = sessions_.stamp();  // before anything is read
    auto const tag = tag_of(text);
    auto token = remembered(tag);
    if (!token) {
        auto const verified = verify(text, tag, *keys_.read(tx, now), now);
        if (!verified) return verified.error();
        token = *verified;
    }
    if (is_over(*token, now)) return expired();
    auto state = read_state(tx, token->session, now);
    sessions_.put(token->session, state, now, stamp);
    return admitted(*token, std::move(state));
}

// A text that was never a key costs no query.
std::optional<Result<Principal>> BearerAuthenticator::authenticate_key(Request const& request,
                                                                       std::string_view text, Time now) {
    auto const id = id_in_key(text);
    if (!id) return bad_key();
    auto state = sessions_.find_key(*id, now);
    if (!state) return std::nullopt;
    return admitted_key(request, text, *std::move(state), now);
}

Result<Principal> BearerAuthenticator::resolve_key(Tx& tx, Request const& request, std::string_view text,
                                                   Time now) {
    auto const id = id_in_key(text);
    if (!id) return bad_key();
    auto const stamp = sessions_.stamp();
    auto state = read_key_state(tx, *id);
    sessions_.put_key(*id, state, now, stamp);
    return admitted_key(request, text, std::move(state), now);
}

// Which of the reasons it is is told only to who has the secret.
Result<Principal> BearerAuthenticator::admitted_key(Request const& request, std::string_view text,
                                                    KeyState state, Time now) {
    if (!state.alive || !is_secret_of(text, state.key, now)) return bad_key();
    if (is_expired(state.key, now))
        return unusable("The API key has expired: rotate it, or make another one.");
    if (!may_come_from(request.client, state.key))
        return unusable("The API key may not be used from the address " + request.client.to_string() + ".");
    uses_.note(state.key.id, now, request.client);
    Principal principal;
    principal.user = state.user;
    principal.name = std::move(state.username);
    principal.role = state.role;
    principal.via = Via::api_key;
    principal.teams = std::move(state.teams);
    principal.key = state.key.id;
    principal.key_name = std::move(state.key.name);
    principal.scopes = scopes_of(state.key);
    return principal;
}

// Whatever ends a user's tokens ends the sessions with them: the epoch needs no look.
Result<void> BearerAuthenticator::confirm(Tx& tx, Request const& request, Principal const& principal,
                                          Time now) {
    if (principal.via == Via::api_key) {
        auto const credential = credential_of(request.headers);
        auto const state = read_key_state(tx, principal.key);
        bool const opens = credential && state.alive && is_secret_of(credential->text, state.key, now) &&
                           !is_expired(state.key, now) && may_come_from(request.client, state.key);
        bool const same = state.user == principal.user && state.role == principal.role &&
                          scopes_of(state.key).contains(*principal.scopes) &&
                          still_reaches(state.teams, principal.teams);
        if (!opens || !same) return bad_key();
        return {};
    }
    auto const state = read_state(tx, principal.session, now);
    if (!state.alive || state.user != principal.user || state.role != principal.role) return session_over();
    if (!still_reaches(state.teams, principal.teams))
        return unusable("Your part in a team has changed meanwhile: try again.");
    return {};
}

}  // namespace securestack
