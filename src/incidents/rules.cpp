#include "incidents/rules.hpp"

#include <algorithm>

#include "identity/team.hpp"
#include "identity/user.hpp"
#include "incidents/access.hpp"
#include "incidents/lifecycle.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

using Errors = std::vector<FieldError>;

void check_assignee(Tx& tx, std::optional<Id> assignee, Errors& errors) {
    if (!assignee || is_wrong(errors, "/assignee")) return;
    auto const user = Table<User>(tx).find(*assignee);
    bool const can_act =
        user && !user->disabled && permissions_of(user->role).contains(Permission::incidents_write);
    if (!can_act)
        errors.push_back(
            {"/assignee", "unknown", "must be the id of an active user who may act on incidents"});
}

void check_resolution(Incident const& incident, Errors& errors) {
    if (incident.resolution.empty() || incident.status == IncidentStatus::resolved) return;
    if (is_wrong(errors, "/resolution") || is_wrong(errors, "/status")) return;
    errors.push_back({"/resolution", "conflict", "is only for status \"resolved\"; leave it out"});
}

// The team of all of them, when they have one in common.
std::optional<Id> common_team(std::vector<NamedServer> const& servers) {
    if (servers.empty()) return std::nullopt;
    auto const team = servers.front().holder.team;
    bool const shared =
        std::ranges::all_of(servers, [&](NamedServer const& server) { return server.holder.team == team; });
    return shared ? team : std::nullopt;
}

// What concerns the servers of one team is theirs who hold the servers. Another team's is the team's alone,
// and without a team it is its reporter's; an administrator's, who sees it anyway, the server's owner's.
void settle_holder(Incident& incident, Principal const& reporter, std::vector<NamedServer> const& servers) {
    auto const shared = common_team(servers);
    if (!incident.team) incident.team = shared;
    bool const follows_servers =
        !servers.empty() && (incident.team ? incident.team == shared : reporter.role == Role::admin);
    if (follows_servers) {
        incident.owner = servers.front().holder.owner;
    } else if (!incident.team) {
        incident.owner = reporter.user;
    }
}

// The same when its team is another one: who reported it answers for it only while no team does, and who
// takes it from its team does from then on.
void settle_holder(Incident& given, Id by) {
    if (given.team && given.owner == given.reporter) given.owner.reset();
    if (!given.team && !given.owner) given.owner = by;
}

// A viewer reports to its team; who looks after it is for others to say.
void check_may_assign(Incident const& incident, Principal const& reporter, Errors& errors) {
    if (!incident.assignee || !errors.empty()) return;
    if (reaches(reporter, Reach::operate, holder_of(incident))) return;
    errors.push_back(
        {"/assignee", "forbidden", "is for an operator of the servers' team to say: leave it out"});
}

}  // namespace

std::vector<NamedServer> check_servers(Tx& tx, Principal const& principal, Reach reach,
                                       std::vector<Id> const& servers, std::vector<Id> const& before,
                                       Errors& errors) {
    if (is_wrong(errors, "/servers")) return {};
    auto const known = named_servers(tx, servers);
    for (std::size_t i = 0; i < servers.size() && errors.size() < max_errors; ++i) {
        if (std::ranges::find(before, servers[i]) != before.end()) continue;
        auto const found = std::ranges::find(known, servers[i], &NamedServer::id);
        if (found != known.end() && reaches(principal, reach, found->holder)) continue;
        errors.push_back({"/servers/" + std::to_string(i), "unknown",
                          reach == Reach::read ? "must be the id of a server that you see"
                                               : "must be the id of a server that you may change"});
    }
    return known;
}

Result<void> insert_for(Tx& tx, Principal const& principal, std::function<Result<void>()> const& insert) {
    Result<void> done;
    try {
        tx.attempt([&] { done = insert(); });
    } catch (DatabaseError const& error) {
        if (error.kind() != DatabaseError::Kind::foreign_key || Table<User>(tx).find(principal.user)) throw;
        return Problem{ErrorCode::invalid_token, "The account of this token does not exist any more."};
    }
    return done;
}

Result<Incident> completed(Tx& tx, Context const& context, Draft<Incident> draft) {
    auto& [incident, errors] = draft;
    incident.id = context.new_id();
    incident.opened_at = incident.created_at = incident.updated_at = context.now;
    incident.reporter = context.principal.user;
    check_resolution(incident, errors);
    if (incident.status != IncidentStatus::open)
        errors.push_back({"/status", "conflict", "a new incident is open; leave it out"});
    check_assignee(tx, incident.assignee, errors);
    check_team(tx, context.principal, incident.team, errors);
    auto const servers = check_servers(tx, context.principal, Reach::read, incident.servers, {}, errors);
    settle_holder(incident, context.principal, servers);
    check_may_assign(incident, context.principal, errors);
    return faultless(std::move(draft));
}

Result<Incident> completed_change(Tx& tx, Context const& context, Incident const& before,
                                  Draft<Incident> wanted) {
    auto& [after, errors] = wanted;
    auto const& principal = context.principal;
    bool const is_given = after.team != before.team && !is_wrong(errors, "/team");
    if (is_given && !reaches_incident(principal, Reach::manage, before)) {
        return Problem{ErrorCode::forbidden,
                       "Another team is for the owner, a maintainer of the team or an administrator to give: "
                       "send team as it is."};
    }
    bool const reopened =
        before.status == IncidentStatus::resolved && after.status != IncidentStatus::resolved;
    if (reopened && after.resolution == before.resolution) after.resolution.clear();
    check_resolution(after, errors);
    if (after.assignee != before.assignee) check_assignee(tx, after.assignee, errors);
    if (is_given) {
        check_team(tx, principal, after.team, errors);
        settle_holder(after, principal.user);
    }
    if (after.servers != before.servers)
        check_servers(tx, principal, Reach::read, after.servers, before.servers, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    if (after.status == before.status) return std::move(after);
    auto const status = std::exchange(after.status, before.status);
    if (auto const entered = enter(after, status, principal.user, context.now); !entered)
        return entered.error();
    return std::move(after);
}

}  // namespace securestack
