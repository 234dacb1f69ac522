#include "crypto/password.hpp"
#include "http/router.hpp"
#include "identity/bound.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// The caller; there is one, or the request would have been refused.
User self(Tx& tx, Context const& context) {
    return Table<User>(tx).find(context.principal.user).value();
}

Result<Entity<User>> get_me(Tx& tx, Context const& context) {
    return Entity<User>{self(tx, context)};
}

Result<Entity<User>> patch_me(Identity& identity, Tx& tx, Context const& context,
                              Patch<Profile> const& patch) {
    auto const before = self(tx, context);
    if (auto const current = context.check_if_match(before.version); !current) return current.error();
    auto const profile = patch.apply({.email = before.email, .display_name = before.display_name});
    if (!profile) return profile.error();
    auto after = before;
    after.email = profile->email;
    after.display_name = profile->display_name;
    auto changed = identity.accounts().change(tx, context, before, std::move(after), std::nullopt);
    if (!changed) return changed.error();
    return Entity<User>{*std::move(changed)};
}

// A change of one's password between its transactions.
struct OwnPassword {
    std::string username;
    Secret current_password;
    Secret new_password;
    std::string hash;
    int shortest_password = 0;
    bool matches = false;
    std::vector<FieldError> faults;
    std::string new_hash;
};

Result<OwnPassword> begin_change(Identity& identity, Tx& tx, Context const& context,
                                 PasswordChange const& request) {
    auto const user = self(tx, context);
    auto const counted =
        identity.throttle().admit(tx, ThrottleScope::confirm_account, user.id.to_string(), context.now);
    if (!counted) return counted.error();
    OwnPassword change;
    change.username = user.username;
    change.current_password = request.current_password;
    change.new_password = request.new_password;
    change.hash = user.password_hash;
    change.shortest_password = identity.settings().shortest_password;
    return change;
}

void compute(OwnPassword& change) {
    change.matches = verify_password(change.current_password, change.hash);
    change.faults =
        check_password(change.new_password, change.username, change.shortest_password, "/new_password");
    if (change.matches && change.faults.empty()) change.new_hash = hash_password(change.new_password);
    change.current_password = change.new_password = Secret{};
}

Result<Committed<NoContent>> finish_change(Identity& identity, Tx& tx, Context const& context,
                                           OwnPassword const& change) {
    auto user = self(tx, context);
    if (!change.matches || user.password_hash != change.hash) {
        identity.throttle().failed(tx, ThrottleScope::confirm_account, user.id.to_string(), context.now);
        record(tx, context, "user.change_password", audit_object(user), Outcome::failure);
        return Committed<NoContent>{
            Refusal{Problem{{FieldError{"/current_password", "incorrect", "is not your current password"}}}}};
    }
    // The current password was right: only what follows was not.
    identity.throttle().clear(tx, ThrottleScope::confirm_account, user.id.to_string(), context.now);
    if (!change.faults.empty()) return Committed<NoContent>{Refusal{Problem{change.faults}}};
    auto const changed =
        identity.accounts().change_own_password(tx, context, std::move(user), change.new_hash);
    if (!changed) return changed.error();
    return Committed<NoContent>{NoContent{}};
}

}  // namespace

void add_account_routes(Router& router, Identity& identity) {
    auto const own = allow(Permission::account);
    router.get("/api/auth/me", own, get_me).operation("getMe").summary("Your account").tag("Identity");
    router.patch("/api/auth/me", own, bound(identity, patch_me))
        .operation("updateMe")
        .summary("Change your e-mail address or display name")
        .tag("Identity");
    router
        .staged(Method::post, "/api/auth/password", own, bound(identity, begin_change), compute,
                bound(identity, finish_change))
        .operation("changePassword")
        .summary("Change your password")
        .description("Your other sessions end. Asks for the current password, attempts at which are limited.")
        .tag("Identity")
        .answers(429);
}

}  // namespace securestack
