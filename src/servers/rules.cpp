#include "servers/rules.hpp"

#include "identity/team.hpp"
#include "identity/user.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

using Errors = std::vector<FieldError>;

void check_maintenance(Server const& server, std::optional<Time> before, Time now, Errors& errors) {
    if (!server.maintenance_until || is_wrong(errors, "/maintenance_until") || is_wrong(errors, "/status"))
        return;
    if (server.status != ServerStatus::maintenance) {
        errors.push_back({"/maintenance_until", "conflict",
                          "is only for status \"maintenance\"; leave it out, or set it to null"});
    } else if (server.maintenance_until != before && *server.maintenance_until <= now) {
        errors.push_back({"/maintenance_until", "past", "must be in the future"});
    }
}

void check_owner(Tx& tx, Id owner, Errors& errors) {
    if (is_wrong(errors, "/owner")) return;
    if (!Table<User>(tx).find(owner)) errors.push_back({"/owner", "unknown", "must be the id of a user"});
}

bool moves(Server const& before, Server const& after) {
    return before.owner != after.owner || before.team != after.team;
}

}  // namespace

Result<Server> completed(Tx& tx, Context const& context, Draft<Server> draft, Origin origin) {
    auto& [server, errors] = draft;
    server.id = context.new_id();
    server.created_at = server.updated_at = context.now;
    if (server.owner.is_nil()) server.owner = context.principal.user;
    auto const before = origin == Origin::file ? server.maintenance_until : std::nullopt;
    check_maintenance(server, before, context.now, errors);
    if (server.owner != context.principal.user) {
        if (context.principal.role == Role::admin) {
            check_owner(tx, server.owner, errors);
        } else {
            errors.push_back(
                {"/owner", "read_only", "only an administrator may name another owner; leave it out"});
        }
    }
    check_team(tx, context.principal, server.team, errors);
    return faultless(std::move(draft));
}

Result<Server> completed_change(Tx& tx, Context const& context, Server const& before, Draft<Server> wanted) {
    auto& [after, errors] = wanted;
    after.updated_at = context.now;
    if (after.owner.is_nil()) after.owner = before.owner;
    bool const is_told_whose = !is_wrong(errors, "/owner") && !is_wrong(errors, "/team");
    if (is_told_whose && moves(before, after) &&
        !reaches(context.principal, Reach::manage, holder_of(before))) {
        return Problem{
            ErrorCode::forbidden,
            "Another owner or team is for its owner, a maintainer of its team or an administrator to "
            "give: leave owner as it is, and send team as it is."};
    }
    bool const left_maintenance =
        before.status == ServerStatus::maintenance && after.status != ServerStatus::maintenance;
    if (left_maintenance && after.maintenance_until == before.maintenance_until)
        after.maintenance_until.reset();
    check_maintenance(after, before.maintenance_until, context.now, errors);
    if (after.owner != before.owner) check_owner(tx, after.owner, errors);
    if (after.team != before.team) check_team(tx, context.principal, after.team, errors);
    return faultless(std::move(wanted));
}

}  // namespace securestack
