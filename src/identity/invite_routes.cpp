#include "http/router.hpp"
#include "identity/invite.hpp"
#include "identity/routes.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Problem absent() {
    return {ErrorCode::not_found, "There is no invite with this id."};
}

Result<Sql> all_invites(Tx&, Context const&) {
    return Sql{};
}

Result<Created<NewInvite>> create_invite(Tx& tx, Context const& context) {
    auto made = make_invite(tx, context);
    auto location = "/api/invites/" + made.id.to_string();
    return Created<NewInvite>{std::move(made), std::move(location)};
}

Result<Entity<Invite>> get_invite(Tx& tx, Context const&, Id id) {
    auto found = Table<Invite>(tx).find(id);
    if (!found) return absent();
    return Entity<Invite>{*std::move(found)};
}

Result<NoContent> revoke_invite(Tx& tx, Context const& context, Id id) {
    auto const invite = Table<Invite>(tx).find(id);
    if (!invite) return absent();
    if (invite->used_at) {
        return Problem{ErrorCode::conflict,
                       "This invite was used: disable the user who registered with it instead."};
    }
    Table<Invite>(tx).remove(id);
    record_deleted(tx, context, "invite.revoke", *invite);
    return NoContent{};
}

}  // namespace

void add_invite_routes(Router& router) {
    auto const reading = allow(Permission::users_read);
    auto const writing = allow(Permission::users_write);
    router.list<Invite>("/api/invites", reading, all_invites)
        .operation("listInvites")
        .summary("The invites of the last seven days")
        .tag("Users");
    router.post("/api/invites", writing, create_invite)
        .operation("createInvite")
        .summary("Invite somebody to register")
        .description("The code is good for one registration within seven days.")
        .tag("Users");
    router.get("/api/invites/{id}", reading, get_invite)
        .operation("getInvite")
        .summary("One invite")
        .tag("Users");
    router.del("/api/invites/{id}", writing, revoke_invite)
        .operation("revokeInvite")
        .summary("Revoke an invite that nobody has used")
        .tag("Users")
        .answers(409);
}

}  // namespace securestack
