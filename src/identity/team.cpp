#include "identity/team.hpp"

#include "identity/user.hpp"
#include "resource/document.hpp"
#include "resource/table.hpp"

namespace securestack {

template <>
Schema const& schema_of<Team>() {
    static constexpr auto fields = fields_of<Team>(
        field<&Team::id>("id").read_only(),
        field<&Team::name>("name")
            .required()
            .length(1, 100)
            .format(formats::one_line)
            .sortable()
            .filterable()
            .searchable()
            .doc("Unique without regard to case.")
            .sample(R"("Databases")"),
        field<&Team::description>("description").length(0, 2'000).searchable(),
        field<&Team::created_at>("created_at").read_only().sortable().filterable(),
        field<&Team::updated_at>("updated_at").read_only(), field<&Team::name_fold>("name_fold").internal(),
        field<&Team::version>("version").internal());
    static constexpr std::array unique{
        UniqueRule{"teams_name_fold", "/name", "There is a team with this name; choose another one."}};
    static constexpr Schema schema{.name = "Team",
                                   .table = "teams",
                                   .fields = fields,
                                   .default_sort = "name",
                                   .unique = unique,
                                   .documentation = "People who share objects."};
    return schema;
}

template <>
Schema const& schema_of<TeamMember>() {
    static constexpr auto fields = fields_of<TeamMember>(
        field<&TeamMember::user>("user").read_only(),
        field<&TeamMember::username>("username").read_only().sortable().filterable(),
        field<&TeamMember::role>("role").read_only().filterable().doc(
            "viewer: read; operator: act and change; maintainer: also delete, and manage members."),
        field<&TeamMember::added_at>("added_at").read_only(), field<&TeamMember::id>("id").internal(),
        field<&TeamMember::team>("team").internal(), field<&TeamMember::founded>("founded").internal());
    static constexpr std::array unique{UniqueRule{"team_members_user", "/username",
                                                  "This user is a member already; change its role instead."}};
    static constexpr Schema schema{.name = "TeamMember",
                                   .table = "team_members",
                                   .fields = fields,
                                   .default_sort = "username",
                                   .unique = unique,
                                   .documentation = "A user's part in a team."};
    return schema;
}

template <>
Schema const& schema_of<NewTeamMember>() {
    static constexpr auto fields = fields_of<NewTeamMember>(field<&NewTeamMember::username>("username")
                                                                .required()
                                                                .length(1, longest_username)
                                                                .sample("\"bob@example.org\""),
                                                            field<&NewTeamMember::role>("role"));
    static constexpr Schema schema{.name = "NewTeamMember", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<TeamMemberRole>() {
    static constexpr auto fields = fields_of<TeamMemberRole>(field<&TeamMemberRole::role>("role").required());
    static constexpr Schema schema{.name = "TeamMemberRole", .fields = fields};
    return schema;
}

std::vector<Membership> memberships_of(Tx& tx, Id user) {
    std::vector<Membership> teams;
    tx.query("SELECT team, role FROM team_members WHERE \"user\" = $1 ORDER BY team", {user},
             [&](Row const& row) {
                 if (auto const role = choice_of<TeamRole>(row.text(1))) teams.push_back({row.id(0), *role});
             });
    return teams;
}

void check_team(Tx& tx, Principal const& principal, std::optional<Id> team, std::vector<FieldError>& errors) {
    if (!team || is_wrong(errors, "/team")) return;
    bool const may_use = reaches(principal, Reach::operate, {.owner = {}, .team = team});
    // That a team of the caller's has just gone is known here within a second.
    if (may_use && Table<Team>(tx).find(*team)) return;
    errors.push_back({"/team", "unknown", "must be the id of a team in which you are at least an operator"});
}

std::optional<Team> only_maintained_by(Tx& tx, Id user) {
    return Table<Team>(tx).find_where(
        Sql{}
            .add("id IN (SELECT team FROM team_members mine WHERE role = 'maintainer' AND \"user\" = ")
            .bind(user)
            .add(" AND NOT EXISTS (SELECT 1 FROM team_members other WHERE other.team = mine.team AND "
                 "other.role = 'maintainer' AND other.\"user\" <> mine.\"user\"))"));
}

}  // namespace securestack
