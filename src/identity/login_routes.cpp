#include "crypto/password.hpp"
#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

using Tokens = Committed<Entity<TokenPair>>;

// A login between its transactions.
struct LoginAttempt {
    std::string username;  // as typed
    std::string fold;
    Secret password;
    std::optional<Secret> otp;
    Id user{};         // nil when nobody has this name
    std::string hash;  // the user's, or one that no password matches and that takes as long
    bool matches = false;
    std::string stronger_hash;  // when the user's was made with older parameters
    Headers quota;              // goes with the answer
};

Result<Committed<LoginAttempt>> begin_login(Identity& identity, Tx& tx, Context const& context,
                                            Credentials const& credentials) {
    LoginAttempt attempt;
    attempt.username = credentials.username;
    attempt.fold = fold_case(credentials.username).value_or("");
    auto const user = find_user(tx, credentials.username);
    auto const admission = identity.throttle().admit_login(tx, context.client().limit_key(), attempt.fold,
                                                           user.has_value(), context.now);
    attempt.quota = rate_limit_fields(admission.quota);
    if (admission.refusal) {
        return Committed<LoginAttempt>{Refusal{*admission.refusal}}.with(std::move(attempt.quota));
    }
    attempt.password = credentials.password;
    attempt.otp = credentials.otp;
    attempt.user = user ? user->id : Id{};
    attempt.hash = user ? user->password_hash : dummy_password_hash();
    return Committed<LoginAttempt>{std::move(attempt)};
}

void verify(LoginAttempt& attempt) {
    attempt.matches = verify_password(attempt.password, attempt.hash) && !attempt.user.is_nil();
    if (attempt.matches && needs_rehash(attempt.hash))
        attempt.stronger_hash = hash_password(attempt.password);
    attempt.password = Secret{};
}

Actor acting_as(Context const& context, User const& user, Id session) {
    Actor actor{context};
    actor.principal.user = user.id;
    actor.principal.session = session;
    actor.principal.name = user.username;
    actor.principal.role = user.role;
    actor.principal.via = Via::access_token;
    return actor;
}

AuditObject login_object(LoginAttempt const& attempt) {
    return {.type = "user",
            .id = attempt.user.is_nil() ? std::string{} : attempt.user.to_string(),
            .name = attempt.username};
}

// One answer for a wrong password, a name that nobody has and a disabled user.
Result<Tokens> refuse_login(Identity& identity, Tx& tx, Context const& context, LoginAttempt const& attempt) {
    bool const known = !attempt.user.is_nil();
    identity.throttle().failed(tx, ThrottleScope::login_account, attempt.fold, known, context.now);
    record(tx, context, "session.login", login_object(attempt), Outcome::failure);
    return Tokens{
        Refusal{{ErrorCode::invalid_credentials, "The username, the password or the code is wrong."}}}
        .with(attempt.quota);
}

// The password was right. Without a code the attempt is neither failed nor good: were it good, it would wipe
// out the failures of guesses at codes.
std::optional<Result<Tokens>> second_factor_missing(Identity& identity, Tx& tx, Context const& context,
                                                    LoginAttempt const& attempt) {
    auto const& factor = identity.second_factor();
    auto const& throttle = identity.throttle();
    if (!factor.state(tx, attempt.user).enabled) return std::nullopt;
    if (!factor.is_readable(tx, attempt.user)) {
        throttle.undecided(tx, ThrottleScope::login_account, attempt.fold, context.now);
        record(tx, context, "session.login", login_object(attempt), Outcome::failure);
        return Tokens{Refusal{unreadable_second_factor()}}.with(attempt.quota);
    }
    if (!attempt.otp) {
        throttle.undecided(tx, ThrottleScope::login_account, attempt.fold, context.now);
        record(tx, context, "session.challenge", login_object(attempt), Outcome::success);
        Problem const missing{ErrorCode::otp_required,
                              "Send the code of your second factor as otp, with username and password."};
        return Tokens{Refusal{missing}}.with(attempt.quota);
    }
    auto const subject = attempt.user.to_string();
    auto const admission = throttle.admit(tx, ThrottleScope::code_account, subject, context.now);
    if (admission.refusal) {
        throttle.undecided(tx, ThrottleScope::login_account, attempt.fold, context.now);
        return Tokens{Refusal{*admission.refusal}}.with(attempt.quota);
    }
    auto const use = factor.use(tx, attempt.user, attempt.otp->reveal(), context.now);
    if (use == SecondFactor::Use::wrong) {
        throttle.failed(tx, ThrottleScope::code_account, subject, true, context.now);
        return refuse_login(identity, tx, context, attempt);
    }
    throttle.succeeded(tx, ThrottleScope::code_account, subject, context.now);
    if (use == SecondFactor::Use::recovery_code)
        record(tx, context, "session.recovery_code", login_object(attempt), Outcome::success);
    return std::nullopt;
}

Result<Tokens> finish_login(Identity& identity, Tx& tx, Context const& context, LoginAttempt const& attempt) {
    if (!attempt.matches) return refuse_login(identity, tx, context, attempt);
    auto user = Table<User>(tx).find(attempt.user);
    bool const unchanged = user && !user->disabled && user->password_hash == attempt.hash;
    if (!unchanged) return refuse_login(identity, tx, context, attempt);
    if (auto missing = second_factor_missing(identity, tx, context, attempt)) return *std::move(missing);

    identity.throttle().succeeded(tx, ThrottleScope::login_account, attempt.fold, context.now);
    user->last_login_at = context.now;
    if (!attempt.stronger_hash.empty()) user->password_hash = attempt.stronger_hash;
    if (auto const saved = Table<User>(tx).update(*user); !saved) return saved.error();
    auto started = identity.sessions().start(tx, context, *user);
    record(tx, acting_as(context, *user, started.id), "session.login", login_object(attempt),
           Outcome::success);
    return Tokens{Entity<TokenPair>{std::move(started.tokens)}}.with(attempt.quota);
}

AuditObject session_object(Session const& session) {
    return {.type = "session", .id = session.id.to_string(), .name = session.user.username};
}

Result<Tokens> refresh(Identity& identity, Tx& tx, Context const& context, RefreshRequest const& request) {
    Problem const refusal{ErrorCode::invalid_token, "The refresh token is not valid any more: log in again."};
    auto refreshed = identity.sessions().refresh(tx, context, request.refresh.reveal());
    if (refreshed.use == Sessions::Use::refused) return refusal;
    auto const& session = *refreshed.session;
    if (refreshed.use == Sessions::Use::reused) {
        record(tx, context, "session.reuse", session_object(session), Outcome::denied);
        return Tokens{Refusal{refusal}};
    }
    record(tx, acting_as(context, session.user, session.id), "session.refresh", session_object(session),
           Outcome::success);
    return Tokens{Entity<TokenPair>{std::move(refreshed.tokens)}};
}

Result<NoContent> logout(Identity& identity, Tx& tx, Context const& context, RefreshRequest const& request) {
    auto const session = identity.sessions().find(tx, request.refresh.reveal(), context.now);
    if (!session) return Problem{ErrorCode::invalid_token, "This is not a refresh token of this server."};
    identity.sessions().end(tx, session->id, context.now);
    record(tx, acting_as(context, session->user, session->id), "session.logout", session_object(*session),
           Outcome::success);
    return NoContent{};
}

Result<Response> signing_keys(Identity& identity, Tx& tx, Context const& context) {
    auto response = json_response(200, to_jwks(*identity.keys().get(tx, context.now)));
    response.headers.set("Content-Type", "application/jwk-set+json");
    response.headers.set("Cache-Control",
                         "public, max-age=" + std::to_string(published_keys_lifetime.count()));
    return response;
}

}  // namespace

void add_login_routes(Router& router, Identity& identity) {
    router
        .staged(Method::post, "/api/auth/login", anyone(), bound(identity, begin_login), verify,
                bound(identity, finish_login))
        .operation("login")
        .summary("Log in with username and password")
        .description(
            "Answers an access token of a few minutes, and a refresh token. One answer stands for a wrong "
            "password, an unknown name and a disabled user. An account with a second factor answers 401 with "
            "the type /problems/otp-required until `otp` is sent, too; 409 when that factor was sealed with "
            "a master key that is lost. Attempts are limited by address and by account.")
        .tag("Identity")
        .answers(401)
        .answers(409)
        .answers(429);
    router.post("/api/auth/refresh", anyone(), bound(identity, refresh))
        .operation("refresh")
        .summary("Exchange a refresh token for a new pair")
        .description(
            "A refresh token is used once. A client that did not get its answer may send the same token "
            "again within ten seconds, and gets the same successor. Sent later, or after the successor was "
            "used, it ends the session.")
        .tag("Identity")
        .answers(401);
    router.post("/api/auth/logout", anyone(), bound(identity, logout))
        .operation("logout")
        .summary("End the session that a refresh token belongs to")
        .tag("Identity")
        .answers(401);
    auto keys = router.get("/.well-known/jwks.json", anyone(), bound(identity, signing_keys))
                    .operation("getSigningKeys")
                    .summary("The public keys that verify access tokens")
                    .tag("Identity");
    keys.route().doc.content_type = "application/jwk-set+json";
}

}  // namespace securestack
