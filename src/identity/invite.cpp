#include "identity/invite.hpp"

#include "identity/one_time_code.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

std::string digest_text(std::string_view code) {
    return to_base64url(code_digest(code));
}

}  // namespace

template <>
Schema const& schema_of<Invite>() {
    static constexpr auto fields = fields_of<Invite>(
        field<&Invite::id>("id").read_only(),
        field<&Invite::created_by>("created_by").read_only().doc("The administrator who made it."),
        field<&Invite::created_at>("created_at").read_only().sortable(),
        field<&Invite::expires_at>("expires_at").read_only(),
        field<&Invite::used_by>("used_by").read_only().doc("The user who registered with it."),
        field<&Invite::used_at>("used_at").read_only(), field<&Invite::digest>("digest").internal());
    static constexpr Schema schema{
        .name = "Invite",
        .table = "invites",
        .fields = fields,
        .default_sort = "-created_at",
        .documentation = "Lets one person register. Its code is shown once, to who made it."};
    return schema;
}

template <>
Schema const& schema_of<NewInvite>() {
    static constexpr auto fields =
        fields_of<NewInvite>(field<&NewInvite::id>("id").read_only(),
                             field<&NewInvite::code>("code").read_only().doc(
                                 "Goes into `invite` when registering, once. Not shown again."),
                             field<&NewInvite::expires_at>("expires_at").read_only());
    static constexpr Schema schema{.name = "NewInvite", .fields = fields};
    return schema;
}

AuditObject audit_object(Invite const& invite) {
    return {.type = "invite", .id = invite.id.to_string(), .name = {}};
}

NewInvite make_invite(Tx& tx, Actor const& actor) {
    auto code = make_code();
    Invite invite;
    invite.id = actor.ids.make(actor.now);
    invite.created_by = actor.principal.user;
    invite.created_at = actor.now;
    invite.expires_at = actor.now + invite_lifetime;
    invite.digest = digest_text(code);
    Table<Invite>(tx).insert(invite).value();
    record_created(tx, actor, "invite.create", invite);
    return {.id = invite.id, .code = std::move(code), .expires_at = invite.expires_at};
}

bool is_invite(Tx& tx, std::string_view code, Time now) {
    return tx
        .first("SELECT 1 FROM invites WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
               {digest_text(code), now}, [](Row const&) { return true; })
        .has_value();
}

bool redeem_invite(Tx& tx, std::string_view code, Id user, Time now) {
    return tx.execute(
               "UPDATE invites SET used_at = $2, used_by = $3 "
               "WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
               {digest_text(code), now, user}) == 1;
}

std::int64_t purge_invites(Tx& tx, Time now, std::int64_t most) {
    return tx.execute(
        "DELETE FROM invites WHERE id IN "
        "(SELECT id FROM invites WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        {now, most});
}

}  // namespace securestack
