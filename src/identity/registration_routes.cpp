#include "crypto/password.hpp"
#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "identity/invite.hpp"
#include "identity/setup_token.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// A new account between its transactions.
struct NewAccount {
    User user;
    Secret password;
    int shortest_password = 0;
    std::vector<FieldError> faults;
    Headers quota;  // goes with the answer
};

struct Registering : NewAccount {
    std::optional<Secret> invite;  // to be redeemed, where registration is by invite
};

struct SettingUp : NewAccount {
    Secret token;
};

void hash(NewAccount& account) {
    add_password_faults(account.faults, account.password, account.user.username, account.shortest_password);
    if (account.faults.empty()) account.user.password_hash = hash_password(account.password);
    account.password = Secret{};
}

// Counts the attempt before anything is looked at. What is refused after that is committed: the count stays,
// whatever the answer tells.
Result<void> counted(Identity& identity, Tx& tx, Context const& context, NewAccount& account) {
    auto admission = identity.throttle().admit(tx, ThrottleScope::account_making,
                                               context.client().limit_key(), context.now);
    account.quota = rate_limit_fields(admission.quota);
    account.shortest_password = identity.settings().shortest_password;
    if (admission.refusal) return *std::move(admission.refusal);
    return {};
}

Result<void> name_is_free(Tx& tx, NewAccount const& account) {
    if (!account.faults.empty() || !find_user(tx, account.user.username)) return {};
    return username_is_taken();
}

template <class Account>
Committed<Account> prepared(Result<void> const& outcome, Account account) {
    if (outcome) return Committed<Account>{std::move(account)};
    return Committed<Account>{Refusal{outcome.error()}}.with(std::move(account.quota));
}

using Joined = Committed<Created<User>>;

Joined refused(NewAccount const& account, Problem problem) {
    return Joined{Refusal{std::move(problem)}}.with(account.quota);
}

Joined joined(NewAccount const& account, User user) {
    auto location = "/api/users/" + user.id.to_string();
    Created<User> created{std::move(user), std::move(location)};
    return Joined{std::move(created)}.with(account.quota);
}

Result<void> may_register(RegistrationPolicy policy, Tx& tx, Registration const& registration, Time now) {
    if (policy == RegistrationPolicy::open) return {};
    if (policy == RegistrationPolicy::closed) {
        return Problem{ErrorCode::forbidden, "Registration is closed: ask an administrator for an account."};
    }
    if (!registration.invite) {
        return Problem{
            {FieldError{"/invite", "required", "is needed here: ask an administrator for an invite"}}};
    }
    if (is_invite(tx, registration.invite->reveal(), now)) return {};
    return Problem{{FieldError{"/invite", "invalid", "is no invite, or was used, or has expired"}}};
}

Result<Committed<Registering>> begin_registration(Identity& identity, Tx& tx, Context const& context,
                                                  Draft<Registration> const& draft) {
    auto const& registration = draft.value;
    auto const policy = identity.settings().registration;
    Registering account;
    account.faults = draft.errors;
    account.user.username = registration.username;
    account.user.email = registration.email;
    account.user.display_name = registration.display_name;
    account.password = registration.password;
    if (policy == RegistrationPolicy::invite) account.invite = registration.invite;
    auto outcome = counted(identity, tx, context, account);
    if (outcome) outcome = may_register(policy, tx, registration, context.now);
    if (outcome) outcome = name_is_free(tx, account);
    return prepared(outcome, std::move(account));
}

Result<Joined> finish_registration(Identity& identity, Tx& tx, Context const& context,
                                   Registering const& account) {
    if (!account.faults.empty()) return refused(account, Problem{account.faults});
    auto user = identity.accounts().create(tx, context, "user.register", account.user);
    if (!user) return refused(account, user.error());
    if (account.invite && !redeem_invite(tx, account.invite->reveal(), user->id, context.now)) {
        return Problem{{FieldError{"/invite", "invalid", "was used meanwhile"}}};
    }
    return joined(account, *std::move(user));
}

Problem dead_setup_token() {
    return {ErrorCode::invalid_token,
            "The set-up token is not the one of the newest link, was used, or is older than 15 minutes: take "
            "the link that the server printed last, restart it for another one, or run `securestack user "
            "create --admin`."};
}

Result<void> may_set_up(Tx& tx, Secret const& token, Time now) {
    if (is_setup_token(tx, token.reveal(), now) && !has_active_admin(tx)) return {};
    return dead_setup_token();
}

Result<Committed<SettingUp>> begin_setup(Identity& identity, Tx& tx, Context const& context,
                                         Draft<FirstAdmin> const& draft) {
    auto const& wanted = draft.value;
    SettingUp account;
    account.faults = draft.errors;
    account.user.username = wanted.username;
    account.user.role = Role::admin;
    account.password = wanted.password;
    account.token = wanted.token;
    auto outcome = counted(identity, tx, context, account);
    if (outcome && account.faults.empty()) outcome = may_set_up(tx, wanted.token, context.now);
    if (outcome) outcome = name_is_free(tx, account);
    return prepared(outcome, std::move(account));
}

// A password that is refused does not use the token up.
Result<Joined> finish_setup(Identity& identity, Tx& tx, Context const& context, SettingUp const& account) {
    if (!account.faults.empty()) return refused(account, Problem{account.faults});
    bool const redeemed = redeem_setup_token(tx, account.token.reveal(), context.now);
    if (!redeemed || has_active_admin(tx)) return dead_setup_token();
    auto user = identity.accounts().create(tx, context, "user.setup", account.user);
    if (!user) return user.error();
    return joined(account, *std::move(user));
}

}  // namespace

void add_registration_routes(Router& router, Identity& identity) {
    router
        .staged(Method::post, "/api/auth/register", anyone(), bound(identity, begin_registration), hash,
                bound(identity, finish_registration))
        .operation("register")
        .summary("Make an account for yourself")
        .description(
            "A setting says who may: anyone, whom an administrator invites, or nobody (403). The role is "
            "`user`. Attempts are limited by address, whatever their outcome.")
        .tag("Identity")
        .answers(403)
        .answers(409)
        .answers(429);
    router
        .staged(Method::post, "/api/setup", anyone(), bound(identity, begin_setup), hash,
                bound(identity, finish_setup))
        .operation("setUp")
        .summary("Make the first administrator")
        .description("Once, with the token that the server printed when it started without an administrator.")
        .tag("Identity")
        .answers(401)
        .answers(409)
        .answers(429);
}

}  // namespace securestack
