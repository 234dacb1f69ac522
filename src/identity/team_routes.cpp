#include "audit/save_changes.hpp"
#include "http/bound.hpp"
#include "http/collection.hpp"
#include "identity/accounts.hpp"
#include "identity/identity.hpp"
#include "identity/team.hpp"

namespace securestack {
namespace {

Problem absent() {
    return {ErrorCode::not_found, "There is no team with this id."};
}

Problem maintainers_only() {
    return {ErrorCode::forbidden, "Only a maintainer of the team, or an administrator, may do that."};
}

Result<Team> find_for_write(Tx& tx, Context const& context, Id id) {
    auto found = Table<Team>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    if (!reaches(context.principal, Reach::manage, holder_of(*found))) return maintainers_only();
    return *std::move(found);
}

// The same in the version that the client knows.
Result<Team> find_version(Tx& tx, Context const& context, Id id) {
    auto found = find_for_write(tx, context, id);
    if (!found) return found;
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return found;
}

Result<Scope> own_teams(Tx&, Context const& context) {
    if (sees_everything(context.principal)) return Scope{};
    return Scope{Sql{}
                     .add("id IN (SELECT team FROM team_members WHERE \"user\" = ")
                     .bind(context.principal.user)
                     .add(")")};
}

Result<Entity<Team>> get_team(Tx& tx, Context const& context, Id id) {
    auto found = Table<Team>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    return Entity<Team>{*std::move(found)};
}

std::int64_t rows_of(Tx& tx, Sql const& counted) {
    std::int64_t rows = 0;
    tx.query(counted.text(), counted.params(), [&](Row const& row) { rows = row.integer(0); });
    return rows;
}

// Among the teams that the user made and is still in, or among those that others have put it into.
bool has_room(Tx& tx, Id user, bool founded) {
    auto const teams = rows_of(tx, Sql{}
                                       .add("SELECT count(*) FROM team_members WHERE \"user\" = ")
                                       .bind(user)
                                       .add(" AND founded = ")
                                       .bind(founded));
    return teams < static_cast<std::int64_t>(founded ? most_teams_made : most_teams_joined);
}

// Whoever comes or goes, or becomes another, is told on this replica at once, on the others within a second.
void forget(Identity& identity, Tx& tx, Id user) {
    tx.on_commit([&cache = identity.sessions().cache(), user] { cache.forget_user(user); });
}

void join(Identity& identity, Tx& tx, TeamMember const& member) {
    Table<TeamMember>(tx).insert(member).value();
    forget(identity, tx, member.user);
}

Result<Created<Team>> create_team(Identity& identity, Tx& tx, Context const& context, Team const& draft) {
    auto const& principal = context.principal;
    bool const joins = has_room(tx, principal.user, true);
    if (!joins && principal.role != Role::admin) {
        return Problem{ErrorCode::conflict,
                       "You are in " + std::to_string(most_teams_made) +
                           " teams that you made, which is the most: leave or delete one of them first."};
    }
    Team team = draft;
    team.id = context.new_id();
    team.created_at = team.updated_at = context.now;
    team.name_fold = fold_case(team.name).value_or("");
    if (auto const saved = Table<Team>(tx).insert(team); !saved) return saved.error();
    if (joins) {
        TeamMember maintainer;
        maintainer.id = context.new_id();
        maintainer.team = team.id;
        maintainer.user = principal.user;
        maintainer.username = principal.name;
        maintainer.role = TeamRole::maintainer;
        maintainer.added_at = context.now;
        maintainer.founded = true;
        join(identity, tx, maintainer);
    }
    record_created(tx, context, "team.create", team);
    return Created<Team>{team, "/api/teams/" + team.id.to_string()};
}

template <class Change>
Result<Entity<Team>> change_team(Tx& tx, Context const& context, Id id, Change const& change) {
    auto const before = find_version(tx, context, id);
    if (!before) return before.error();
    auto after = change.apply(*before);
    if (!after) return after.error();
    after->name_fold = fold_case(after->name).value_or("");
    auto const saved = save_changes(tx, context, "team.update", *before, *after);
    if (!saved) return saved.error();
    return Entity<Team>{*std::move(after)};
}

Result<NoContent> delete_team(Identity& identity, Tx& tx, Context const& context, Id id) {
    auto const team = find_version(tx, context, id);
    if (!team) return team.error();
    tx.query("SELECT \"user\" FROM team_members WHERE team = $1", {id},
             [&](Row const& row) { forget(identity, tx, row.id(0)); });
    try {
        tx.attempt([&] { Table<Team>(tx).remove(id); });
    } catch (DatabaseError const& error) {
        if (error.kind() != DatabaseError::Kind::foreign_key) throw;
        return Problem{
            ErrorCode::conflict,
            "The team holds objects: give them to another team, or to none, first. Deleted servers "
            "count until they are purged: GET /api/servers?deleted=true&team=" +
                id.to_string() + " lists them, and one that is restored can be given away."};
    }
    record_deleted(tx, context, "team.delete", *team);
    return NoContent{};
}

Result<Scope> members_of(Tx& tx, Context const& context, Id id) {
    auto const found = Table<Team>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    return Scope{std::move(Sql{}.add("team = ").bind(id))};
}

std::optional<TeamMember> find_member(Tx& tx, Id team, Id user) {
    return Table<TeamMember>(tx).find_where(
        Sql{}.add("team = ").bind(team).add(" AND \"user\" = ").bind(user));
}

Result<TeamMember> add(Identity& identity, Tx& tx, Context const& context, Team const& team, User const& user,
                       TeamRole role) {
    auto const members =
        rows_of(tx, Sql{}.add("SELECT count(*) FROM team_members WHERE team = ").bind(team.id));
    if (members >= most_members_of_a_team) {
        return Problem{ErrorCode::conflict, "A team has at most " + std::to_string(most_members_of_a_team) +
                                                " members: make another team."};
    }
    if (!has_room(tx, user.id, false)) {
        return Problem{ErrorCode::conflict,
                       "This user is in " + std::to_string(most_teams_joined) +
                           " teams that others made, which is the most: it has to leave one of them first."};
    }
    TeamMember member;
    member.id = context.new_id();
    member.team = team.id;
    member.user = user.id;
    member.username = user.username;
    member.role = role;
    member.added_at = context.now;
    join(identity, tx, member);
    record(tx, context, "team_member.add", audit_object(team), Outcome::success,
           changes_between(schema_of<TeamMember>(), nullptr, &member));
    return member;
}

Result<Created<TeamMember>> add_member(Identity& identity, Tx& tx, Context const& context, Id id,
                                       Draft<NewTeamMember> draft) {
    auto const team = find_for_write(tx, context, id);
    if (!team) return team.error();
    auto& [wanted, errors] = draft;
    bool const has_name = !is_wrong(errors, "/username");
    auto const user = has_name ? find_user(tx, wanted.username) : std::nullopt;
    if (has_name && !user) errors.push_back({"/username", "unknown", "must be the name of a user"});
    if (!errors.empty()) return Problem{std::move(errors)};
    if (find_member(tx, id, user->id)) {
        return Problem{ErrorCode::conflict, "This user is a member already: change its role instead."};
    }
    auto member = add(identity, tx, context, *team, *user, wanted.role);
    if (!member) return member.error();
    auto location = "/api/teams/" + id.to_string() + "/members/" + user->id.to_string();
    return Created<TeamMember>{*std::move(member), std::move(location)};
}

// A team always has somebody who manages it.
Result<void> keeps_a_maintainer(Tx& tx, TeamMember const& before, bool still_maintainer) {
    if (before.role != TeamRole::maintainer || still_maintainer) return {};
    auto const others =
        rows_of(tx, Sql{}
                        .add("SELECT count(*) FROM team_members WHERE role = 'maintainer' AND team = ")
                        .bind(before.team)
                        .add(" AND id <> ")
                        .bind(before.id));
    if (others > 0) return {};
    return Problem{
        ErrorCode::conflict,
        "This is the last maintainer: make another member a maintainer first, or delete the team."};
}

Result<Entity<TeamMember>> set_member(Identity& identity, Tx& tx, Context const& context, Id id, Id user,
                                      TeamMemberRole const& wanted) {
    auto const team = find_for_write(tx, context, id);
    if (!team) return team.error();
    auto const before = find_member(tx, id, user);
    if (!before) {
        auto const known = Table<User>(tx).find(user);
        if (!known) return Problem{ErrorCode::not_found, "There is no user with this id."};
        auto member = add(identity, tx, context, *team, *known, wanted.role);
        if (!member) return member.error();
        return Entity<TeamMember>{*std::move(member)};
    }
    if (before->role == wanted.role) {
        nothing_to_record(tx);
        return Entity<TeamMember>{*before};
    }
    if (auto const kept = keeps_a_maintainer(tx, *before, wanted.role == TeamRole::maintainer); !kept)
        return kept.error();
    auto after = *before;
    after.role = wanted.role;
    tx.execute("UPDATE team_members SET role = $2 WHERE id = $1", {after.id, choice_name(after.role)});
    forget(identity, tx, user);
    record(tx, context, "team_member.set", audit_object(*team), Outcome::success,
           changes_between(schema_of<TeamMember>(), &*before, &after));
    return Entity<TeamMember>{std::move(after)};
}

// Whoever manages the team removes anybody; everybody else may leave.
Result<NoContent> remove_member(Identity& identity, Tx& tx, Context const& context, Id id, Id user) {
    auto const team = Table<Team>(tx).find(id);
    auto const& principal = context.principal;
    if (!team || !reaches(principal, Reach::read, holder_of(*team))) return absent();
    bool const leaves = principal.user == user;
    if (!leaves && !reaches(principal, Reach::manage, holder_of(*team))) return maintainers_only();
    auto const member = find_member(tx, id, user);
    if (!member) return Problem{ErrorCode::not_found, "This user is no member of the team."};
    if (auto const kept = keeps_a_maintainer(tx, *member, false); !kept) return kept.error();
    Table<TeamMember>(tx).remove(member->id);
    forget(identity, tx, user);
    record(tx, context, "team_member.remove", audit_object(*team), Outcome::success,
           changes_between(schema_of<TeamMember>(), &*member, nullptr));
    return NoContent{};
}

void add_member_routes(Router& router, Identity& identity) {
    using enum Permission;
    router.list<TeamMember>("/api/teams/{id}/members", allow(teams_read), members_of)
        .operation("listTeamMembers")
        .summary("Who is in a team")
        .tag("Teams")
        .reach(Reach::read);
    router.post("/api/teams/{id}/members", allow(teams_write), bound(identity, add_member))
        .operation("addTeamMember")
        .summary("Add a user to a team")
        .description(
            "409 when it is a member already, when it is in 32 teams that others made, or when the team has "
            "500 members.")
        .tag("Teams")
        .reach(Reach::manage)
        .answers(409);
    router.put("/api/teams/{id}/members/{user_id}", allow(teams_write), bound(identity, set_member))
        .operation("setTeamMember")
        .summary("Set a user's role in a team; adds the user when it is no member")
        .description("The last maintainer stays one (409).")
        .tag("Teams")
        .reach(Reach::manage)
        .answers(409);
    router.del("/api/teams/{id}/members/{user_id}", allow(teams_write), bound(identity, remove_member))
        .operation("removeTeamMember")
        .summary("Take a user out of a team; everybody may leave")
        .description("The last maintainer stays (409).")
        .tag("Teams")
        .reach(Reach::manage)
        .answers(409);
}

}  // namespace

void add_team_routes(Router& router, Identity& identity) {
    Collection teams{router,
                     {.address = "/api/teams",
                      .tag = "Teams",
                      .operation = {"Team", "Teams"},
                      .words = {"team", "teams"},
                      .reading = Permission::teams_read,
                      .writing = Permission::teams_write,
                      .changing = Reach::manage}};
    teams.list<Team>(own_teams).summary("The teams that you are in; all, for administrators and auditors");
    teams.create(bound(identity, create_team))
        .summary("Make a team; you become its maintainer")
        .description("409 also when you are in 32 teams that you made.");
    teams.get(get_team);
    teams.replace(change_team<Replacement<Team>>).summary("Replace a team's name and description");
    teams.update(change_team<Patch<Team>>);
    teams.remove(bound(identity, delete_team)).summary("Delete a team that holds nothing").answers(409);
    add_member_routes(router, identity);
}

}  // namespace securestack
