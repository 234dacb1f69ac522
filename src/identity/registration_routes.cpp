#include "crypto/password.hpp"
#include "http/router.hpp"
#include "identity/bound.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "identity/one_time_code.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// A new account between its transactions.
struct Joining {
    User user;
    Secret password;
    Secret code;  // the invite or set-up token that was sent, if any
    int shortest_password = 0;
    std::vector<FieldError> faults;
};

void hash(Joining& joining) {
    joining.faults = check_password(joining.password, joining.user.username, joining.shortest_password);
    if (joining.faults.empty()) joining.user.password_hash = hash_password(joining.password);
    joining.password = Secret{};
}

Result<Joining> admitted(Identity& identity, Tx& tx, Context const& context, Joining joining) {
    auto const counted = identity.throttle().admit(tx, ThrottleScope::account_making,
                                                   context.client().limit_key(), context.now);
    if (!counted) return counted.error();
    if (find_user(tx, joining.user.username)) {
        return Problem{ErrorCode::conflict, "This username is taken."};
    }
    joining.shortest_password = identity.settings().shortest_password;
    return joining;
}

Created<User> joined(User user) {
    auto location = "/api/users/" + user.id.to_string();
    return {std::move(user), std::move(location)};
}

Result<void> may_register(Identity& identity, Tx& tx, Registration const& registration, Time now) {
    auto const policy = identity.settings().registration;
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

Result<Joining> begin_registration(Identity& identity, Tx& tx, Context const& context,
                                   Registration const& registration) {
    if (auto const may = may_register(identity, tx, registration, context.now); !may) return may.error();
    Joining joining;
    joining.user.username = registration.username;
    joining.user.email = registration.email;
    joining.user.display_name = registration.display_name;
    joining.password = registration.password;
    if (registration.invite) joining.code = *registration.invite;
    return admitted(identity, tx, context, std::move(joining));
}

Result<Created<User>> finish_registration(Identity& identity, Tx& tx, Context const& context,
                                          Joining const& joining) {
    if (!joining.faults.empty()) return Problem{joining.faults};
    auto user = identity.accounts().create(tx, context, "user.register", joining.user);
    if (!user) return user.error();
    bool const by_invite = identity.settings().registration == RegistrationPolicy::invite;
    if (by_invite && !redeem_invite(tx, joining.code.reveal(), user->id, context.now)) {
        return Problem{{FieldError{"/invite", "invalid", "was used meanwhile"}}};
    }
    return joined(*std::move(user));
}

Problem dead_setup_token() {
    return {ErrorCode::invalid_token,
            "The set-up token is not valid any more: restart the server for a new link, or run "
            "`securestack user create --admin`."};
}

Result<Joining> begin_setup(Identity& identity, Tx& tx, Context const& context, FirstAdmin const& wanted) {
    Joining joining;
    joining.user.username = wanted.username;
    joining.user.role = Role::admin;
    joining.password = wanted.password;
    joining.code = wanted.token;
    if (!is_setup_token(tx, wanted.token.reveal(), context.now) || has_active_admin(tx))
        return dead_setup_token();
    return admitted(identity, tx, context, std::move(joining));
}

// A password that is refused does not use the token up.
Result<Created<User>> finish_setup(Identity& identity, Tx& tx, Context const& context,
                                   Joining const& joining) {
    if (!joining.faults.empty()) return Problem{joining.faults};
    bool const redeemed = redeem_setup_token(tx, joining.code.reveal(), context.now);
    if (!redeemed || has_active_admin(tx)) return dead_setup_token();
    auto user = identity.accounts().create(tx, context, "user.setup", joining.user);
    if (!user) return user.error();
    return joined(*std::move(user));
}

Result<Response> create_invite(Identity&, Tx& tx, Context const& context) {
    return json_response(201, to_json(make_invite(tx, context)));
}

}  // namespace

void add_registration_routes(Router& router, Identity& identity) {
    router
        .staged(Method::post, "/api/auth/register", anyone(), bound(identity, begin_registration), hash,
                bound(identity, finish_registration))
        .operation("register")
        .summary("Make an account for yourself")
        .description(
            "Who may is a setting: anyone, whom an administrator invites, or nobody (403). The role is "
            "`user`.")
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
    auto invite = router.post("/api/invites", allow(Permission::users_write), bound(identity, create_invite))
                      .operation("createInvite")
                      .summary("Invite somebody to register")
                      .description("The code is good for one registration within seven days.")
                      .tag("Users");
    invite.route().doc.answer = &schema_of<Invite>();
    invite.route().doc.success = 201;
}

}  // namespace securestack
