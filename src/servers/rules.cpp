#include "servers/rules.hpp"

#include "identity/user.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

using Errors = std::vector<FieldError>;

void check_maintenance(Server const& server, std::optional<Time> before, Time now, Errors& errors) {
    if (!server.maintenance_until) return;
    if (server.status != ServerStatus::maintenance) {
        errors.push_back({"/maintenance_until", "conflict",
                          "is only for status \"maintenance\"; leave it out, or set it to null"});
    } else if (server.maintenance_until != before && *server.maintenance_until <= now) {
        errors.push_back({"/maintenance_until", "past", "must be in the future"});
    }
}

// `before` is whose it is without a change.
void check_owner(Tx& tx, Context const& context, Id owner, Id before, Errors& errors) {
    if (owner == before) return;
    if (context.principal.role != Role::admin) {
        errors.push_back(
            {"/owner", "read_only", "only an administrator may name another owner; leave it out"});
    } else if (!Table<User>(tx).find(owner)) {
        errors.push_back({"/owner", "unknown", "must be the id of a user"});
    }
}

}  // namespace

Result<Server> completed(Tx& tx, Context const& context, Server draft) {
    draft.id = context.new_id();
    draft.created_at = draft.updated_at = context.now;
    if (draft.owner.is_nil()) draft.owner = context.principal.user;
    Errors errors;
    check_maintenance(draft, std::nullopt, context.now, errors);
    check_owner(tx, context, draft.owner, context.principal.user, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    return draft;
}

Result<Server> completed_change(Tx& tx, Context const& context, Server const& before, Server after) {
    after.updated_at = context.now;
    if (after.owner.is_nil()) after.owner = before.owner;
    bool const left_maintenance =
        before.status == ServerStatus::maintenance && after.status != ServerStatus::maintenance;
    if (left_maintenance && after.maintenance_until == before.maintenance_until)
        after.maintenance_until.reset();
    Errors errors;
    check_maintenance(after, before.maintenance_until, context.now, errors);
    check_owner(tx, context, after.owner, before.owner, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    return after;
}

}  // namespace securestack
