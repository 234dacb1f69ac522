#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Result<User> self(Tx& tx, Context const& context) {
    auto found = Table<User>(tx).find(context.principal.user);
    if (!found) return Problem{ErrorCode::invalid_token, "Your account was deleted."};
    return *std::move(found);
}

Problem wrong_code() {
    return Problem{{FieldError{"/otp", "incorrect", "is not the code of this moment, or was used before"}}};
}

// One attempt at a code within a session: counted with those of logins.
template <class Answer, class Attempt>
Result<Committed<Answer>> attempted(Identity& identity, Tx& tx, Context const& context,
                                    std::string_view action, Attempt const& attempt) {
    auto const user = self(tx, context);
    if (!user) return user.error();
    auto const subject = user->id.to_string();
    auto const& throttle = identity.throttle();
    auto const admission = throttle.admit(tx, ThrottleScope::code_account, subject, context.now);
    auto fields = rate_limit_fields(admission.quota);
    if (admission.refusal) return Committed<Answer>{Refusal{*admission.refusal}}.with(std::move(fields));
    std::optional<Answer> answer = attempt(*user);
    if (!answer) {
        throttle.failed(tx, ThrottleScope::code_account, subject, true, context.now);
        record(tx, context, action, audit_object(*user), Outcome::failure);
        return Committed<Answer>{Refusal{wrong_code()}}.with(std::move(fields));
    }
    throttle.succeeded(tx, ThrottleScope::code_account, subject, context.now);
    record(tx, context, action, audit_object(*user), Outcome::success);
    return Committed<Answer>{*std::move(answer)}.with(std::move(fields));
}

Result<Entity<TotpState>> get_totp(Identity& identity, Tx& tx, Context const& context) {
    return Entity<TotpState>{identity.second_factor().state(tx, context.principal.user)};
}

Result<Entity<TotpEnrolment>> enrol_totp(Identity& identity, Tx& tx, Context const& context) {
    auto const user = self(tx, context);
    if (!user) return user.error();
    auto enrolment = identity.second_factor().enrol(tx, *user, context.now);
    if (!enrolment) return enrolment.error();
    record(tx, context, "totp.enrol", audit_object(*user), Outcome::success);
    return Entity<TotpEnrolment>{*std::move(enrolment)};
}

Result<Committed<Entity<RecoveryCodes>>> confirm_totp(Identity& identity, Tx& tx, Context const& context,
                                                      TotpCode const& code) {
    if (identity.second_factor().state(tx, context.principal.user).enabled)
        return Problem{ErrorCode::conflict, "Your account has a second factor already."};
    if (!identity.second_factor().is_readable(tx, context.principal.user)) {
        return Problem{
            ErrorCode::conflict,
            "The secret was sealed with a master key that this server has no more: begin again with "
            "POST /api/auth/totp."};
    }
    auto const attempt = [&](User const& user) -> std::optional<Entity<RecoveryCodes>> {
        auto codes = identity.second_factor().confirm(tx, user.id, code.otp.reveal(), context.now);
        if (!codes) return std::nullopt;
        return Entity<RecoveryCodes>{*std::move(codes)};
    };
    return attempted<Entity<RecoveryCodes>>(identity, tx, context, "totp.confirm", attempt);
}

Result<Committed<NoContent>> remove_totp(Identity& identity, Tx& tx, Context const& context,
                                         TotpCode const& code) {
    auto const& factor = identity.second_factor();
    if (!factor.state(tx, context.principal.user).enabled)
        return Problem{ErrorCode::conflict, "Your account has no second factor."};
    if (!factor.is_readable(tx, context.principal.user)) return unreadable_second_factor();
    auto const attempt = [&](User const& user) -> std::optional<NoContent> {
        if (factor.use(tx, user.id, code.otp.reveal(), context.now) == SecondFactor::Use::wrong)
            return std::nullopt;
        SecondFactor::remove(tx, user.id);
        return NoContent{};
    };
    return attempted<NoContent>(identity, tx, context, "totp.remove", attempt);
}

// For who has lost both the device and the recovery codes.
Result<NoContent> reset_totp(Identity& identity, Tx& tx, Context const& context, Id id) {
    auto const user = Table<User>(tx).find(id);
    if (!user) return Problem{ErrorCode::not_found, "There is no user with this id."};
    if (auto const allowed = keep_keys_off(context.principal, user->role); !allowed) return allowed.error();
    if (id == context.principal.user) {
        return Problem{
            ErrorCode::forbidden,
            "Remove your own second factor at DELETE /api/auth/totp, with one of its codes, or ask "
            "another administrator."};
    }
    if (SecondFactor::remove(tx, id)) {
        identity.throttle().forget(tx, ThrottleScope::code_account, id.to_string());
        record(tx, context, "totp.reset", audit_object(*user), Outcome::success);
    } else {
        nothing_to_record(tx);
    }
    return NoContent{};
}

}  // namespace

void add_totp_routes(Router& router, Identity& identity) {
    auto const own = allow(Permission::account);
    router.get("/api/auth/totp", own, bound(identity, get_totp))
        .operation("getTotp")
        .summary("Whether your logins ask for a second factor")
        .tag("Identity");
    router.post("/api/auth/totp", own, bound(identity, enrol_totp))
        .operation("enrolTotp")
        .summary("Begin with a second factor: a secret for an authenticator app")
        .description("It counts once it is confirmed with a code.")
        .tag("Identity")
        .answers(409);
    router.post("/api/auth/totp/confirm", own, bound(identity, confirm_totp))
        .operation("confirmTotp")
        .summary("Switch the second factor on, and get its recovery codes")
        .tag("Identity")
        .answers(409)
        .answers(429);
    router.del("/api/auth/totp", own, bound(identity, remove_totp))
        .operation("removeTotp")
        .summary("Remove your second factor, with one of its codes")
        .tag("Identity")
        .answers(409)
        .answers(429);
    router.del("/api/users/{id}/totp", allow(Permission::users_write), bound(identity, reset_totp))
        .operation("resetTotp")
        .summary("Remove a user's second factor")
        .description("Not your own: that goes with one of its codes.")
        .tag("Users");
}

}  // namespace securestack
