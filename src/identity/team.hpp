// A team: people who share objects. Each member has a role in it, which says how far it reaches what the team
// holds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/principal.hpp"
#include "resource/field.hpp"
#include "storage/database.hpp"

namespace securestack {

template <>
inline constexpr std::array<std::string_view, 3> choices<TeamRole>{"viewer", "operator", "maintainer"};

struct Team {
    Id id{};
    std::string name;
    std::string description;
    Time created_at{};
    Time updated_at{};

    std::string name_fold;  // unique: how the name reads without regard to case
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<Team>();

struct TeamMember {
    Id user{};
    std::string username;
    TeamRole role = TeamRole::viewer;
    Time added_at{};

    Id id{};
    Id team{};
    bool founded = false;  // it is a member since it made the team
};
template <>
Schema const& schema_of<TeamMember>();

// Who joins, and as what.
struct NewTeamMember {
    std::string username;
    TeamRole role = TeamRole::viewer;
};
template <>
Schema const& schema_of<NewTeamMember>();

struct TeamMemberRole {
    TeamRole role = TeamRole::viewer;
};
template <>
Schema const& schema_of<TeamMemberRole>();

inline constexpr std::int64_t most_members_of_a_team = 500;

// What a user is a member of, at most `most_teams_of_a_user`.
std::vector<Membership> memberships_of(Tx& tx, Id user);

// A team into which the caller puts an object: one in which it is at least an operator; for an administrator,
// any that exists. Adds to `errors` what is wrong with `team`, the member of that name, unless it is in there
// already. A team that the caller has no part in is as good as none.
void check_team(Tx& tx, Principal const& principal, std::optional<Id> team, std::vector<FieldError>& errors);

// A team that this user alone maintains.
std::optional<Team> only_maintained_by(Tx& tx, Id user);

// A team is held by itself: its members reach it as far as their roles go.
inline Holder holder_of(Team const& team) {
    return {.owner = {}, .team = team.id};
}

}  // namespace securestack
