#include "identity/one_time_code.hpp"

#include "audit/audit.hpp"
#include "crypto/digest.hpp"
#include "identity/accounts.hpp"

namespace securestack {
namespace {

std::string random_code() {
    return to_base64url(random_bytes(32));
}

Bytes digest_of(std::string_view code) {
    auto const sum = sha256(code);
    return {sum.begin(), sum.end()};
}

bool exists(Tx& tx, std::string_view sql, std::initializer_list<Param> params) {
    return tx.first(sql, params, [](Row const&) { return true; }).has_value();
}

}  // namespace

std::optional<std::string> make_setup_token(Tx& tx, Actor const& actor) {
    if (has_active_admin(tx)) return std::nullopt;
    auto token = random_code();
    tx.execute("DELETE FROM setup_tokens WHERE expires_at <= $1", {actor.now});
    tx.execute("INSERT INTO setup_tokens (digest, created_at, expires_at) VALUES ($1, $2, $3)",
               {digest_of(token), actor.now, actor.now + setup_token_lifetime});
    record(tx, actor, "setup_token.create", {.type = "setup_token", .id = {}, .name = {}}, Outcome::success);
    return token;
}

bool is_setup_token(Tx& tx, std::string_view token, Time now) {
    return exists(tx, "SELECT 1 FROM setup_tokens WHERE digest = $1 AND expires_at > $2",
                  {digest_of(token), now});
}

bool redeem_setup_token(Tx& tx, std::string_view token, Time now) {
    auto const redeemed =
        tx.execute("DELETE FROM setup_tokens WHERE digest = $1 AND expires_at > $2", {digest_of(token), now});
    if (redeemed != 1) return false;
    tx.execute("DELETE FROM setup_tokens");
    return true;
}

Invite make_invite(Tx& tx, Context const& context) {
    Invite invite;
    invite.id = context.new_id();
    invite.code = random_code();
    invite.expires_at = context.now + invite_lifetime;
    tx.execute(
        "INSERT INTO invites (id, digest, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        {invite.id, digest_of(invite.code), context.principal.user, context.now, invite.expires_at});
    record(tx, context, "invite.create", {.type = "invite", .id = invite.id.to_string(), .name = {}},
           Outcome::success);
    return invite;
}

bool is_invite(Tx& tx, std::string_view code, Time now) {
    return exists(tx, "SELECT 1 FROM invites WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
                  {digest_of(code), now});
}

bool redeem_invite(Tx& tx, std::string_view code, Id user, Time now) {
    return tx.execute(
               "UPDATE invites SET used_at = $2, used_by = $3 "
               "WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
               {digest_of(code), now, user}) == 1;
}

}  // namespace securestack
