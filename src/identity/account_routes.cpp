#include <type_traits>

#include "crypto/password.hpp"
#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "resource/table.hpp"

namespace securestack {

// The caller, as it sees itself.
struct Account {
    User user;
    std::vector<std::string> permissions;
    std::int64_t version = 1;  // the user's
};
// So that an account is where its user is, and the user's fields are the account's.
static_assert(std::is_standard_layout_v<Account>);

template <>
Schema const& schema_of<Account>() {
    static std::vector<Field> const fields = [] {
        std::vector<Field> all;
        for (auto const& of_user : schema_of<User>().fields) {
            if (of_user.is_readable()) all.push_back(of_user.read_only());
        }
        all.push_back(field<&Account::permissions>("permissions")
                          .read_only()
                          .doc("What these credentials may do, in the words of an API key's scopes.")
                          .sample(R"(["account", "servers:read"])"));
        return all;
    }();
    static Schema const schema{
        .name = "Account", .fields = fields, .documentation = "Who is calling, and what it may do."};
    return schema;
}

namespace {

Entity<Account> account_of(User user, Context const& context) {
    Account account;
    account.version = user.version;
    account.user = std::move(user);
    for (std::size_t i = 0; i < permission_count; ++i) {
        auto const permission = static_cast<Permission>(i);
        if (may(context.principal, permission)) account.permissions.emplace_back(to_string(permission));
    }
    return {std::move(account)};
}

// The caller, unless deleted since the request was admitted.
Result<User> self(Tx& tx, Context const& context) {
    auto found = Table<User>(tx).find(context.principal.user);
    if (!found) return Problem{ErrorCode::invalid_token, "Your account was deleted."};
    return *std::move(found);
}

Result<Entity<Account>> get_me(Tx& tx, Context const& context) {
    auto user = self(tx, context);
    if (!user) return user.error();
    return account_of(*std::move(user), context);
}

Result<Entity<Account>> patch_me(Identity& identity, Tx& tx, Context const& context,
                                 Patch<Profile> const& patch) {
    auto const before = self(tx, context);
    if (!before) return before.error();
    if (auto const current = context.check_preconditions(before->version); !current) return current.error();
    auto const profile = patch.apply({.email = before->email, .display_name = before->display_name});
    if (!profile) return profile.error();
    auto after = *before;
    after.email = profile->email;
    after.display_name = profile->display_name;
    auto changed = identity.accounts().change(tx, context, *before, std::move(after), std::nullopt);
    if (!changed) return changed.error();
    return account_of(*std::move(changed), context);
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
    Headers quota;  // goes with the answer
};

Result<Committed<OwnPassword>> begin_change(Identity& identity, Tx& tx, Context const& context,
                                            PasswordChange const& request) {
    auto const user = self(tx, context);
    if (!user) return user.error();
    auto const admission =
        identity.throttle().admit(tx, ThrottleScope::confirm_account, user->id.to_string(), context.now);
    auto fields = rate_limit_fields(admission.quota);
    if (admission.refusal) {
        return Committed<OwnPassword>{Refusal{*admission.refusal}}.with(std::move(fields));
    }
    OwnPassword change;
    change.quota = std::move(fields);
    change.username = user->username;
    change.current_password = request.current_password;
    change.new_password = request.new_password;
    change.hash = user->password_hash;
    change.shortest_password = identity.settings().shortest_password;
    return Committed<OwnPassword>{std::move(change)};
}

void compute(OwnPassword& change) {
    change.matches = verify_password(change.current_password, change.hash);
    change.faults =
        check_password(change.new_password, change.username, change.shortest_password, "/new_password");
    // By its hash, because a password may be written in several ways (NFC).
    if (change.matches && change.faults.empty() && verify_password(change.new_password, change.hash)) {
        change.faults.push_back({"/new_password", "unchanged", "is the password that you have"});
    }
    if (change.matches && change.faults.empty()) change.new_hash = hash_password(change.new_password);
    change.current_password = change.new_password = Secret{};
}

Result<Committed<NoContent>> finish_change(Identity& identity, Tx& tx, Context const& context,
                                           OwnPassword const& change) {
    auto const refuse = [&](Problem problem) {
        return Committed<NoContent>{Refusal{std::move(problem)}}.with(change.quota);
    };
    auto user = self(tx, context);
    if (!user) return user.error();
    auto const subject = user->id.to_string();
    if (!change.matches || user->password_hash != change.hash) {
        identity.throttle().failed(tx, ThrottleScope::confirm_account, subject, true, context.now);
        record(tx, context, "user.change_password", audit_object(*user), Outcome::failure);
        return refuse(
            Problem{{FieldError{"/current_password", "incorrect", "is not your current password"}}});
    }
    // The current password was right: only what follows was not.
    identity.throttle().succeeded(tx, ThrottleScope::confirm_account, subject, context.now);
    if (!change.faults.empty()) return refuse(Problem{change.faults});
    auto const changed =
        identity.accounts().change_own_password(tx, context, *std::move(user), change.new_hash);
    if (!changed) return changed.error();
    return Committed<NoContent>{NoContent{}}.with(change.quota);
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
