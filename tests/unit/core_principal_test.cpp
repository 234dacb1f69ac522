#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "core/principal.hpp"

namespace securestack {
namespace {

using enum Permission;

std::vector<Permission> every() {
    std::vector<Permission> all;
    for (std::size_t i = 0; i < permission_count; ++i) all.push_back(static_cast<Permission>(i));
    return all;
}

Principal caller(Role role, Via via = Via::access_token) {
    return {.user = {}, .session = {}, .name = "x", .role = role, .via = via};
}

void expect_exactly(Role role, std::initializer_list<Permission> allowed) {
    for (auto const permission : every())
        EXPECT_EQ(may(caller(role), permission), std::ranges::find(allowed, permission) != allowed.end())
            << to_string(role) << ' ' << to_string(permission);
}

TEST(Permissions, TheAdminMayDoEverything) {
    for (auto const permission : every()) EXPECT_TRUE(may(caller(Role::admin), permission));
}

TEST(Permissions, TheAuditorReadsEverythingAndChangesOnlyItsAccountAndKeys) {
    expect_exactly(Role::auditor, {account, servers_read, backups_read, incidents_read, users_read,
                                   teams_read, keys_read, keys_write, audit_read});
}

TEST(Permissions, AUserReachesEverythingButUsers) {
    expect_exactly(Role::user, {account, servers_read, servers_write, backups_read, backups_write, runs_write,
                                incidents_read, incidents_write, teams_read, teams_write, keys_read,
                                keys_write, audit_read, ingest_write});
}

TEST(Permissions, AKeyHasItsScopesAsFarAsItsOwnerHasThem) {
    auto key = caller(Role::auditor, Via::api_key);
    key.scopes = PermissionSet{servers_read, servers_write};

    EXPECT_TRUE(may(key, servers_read));
    EXPECT_FALSE(may(key, servers_write));
    EXPECT_FALSE(may(key, audit_read));
    EXPECT_EQ(permissions_of(key), PermissionSet{servers_read});
}

TEST(Permissions, AScopeIsReadAsItIsWritten) {
    for (auto const permission : every()) EXPECT_EQ(parse_permission(to_string(permission)), permission);
    EXPECT_EQ(to_string(servers_read), "servers:read");
    EXPECT_FALSE(parse_permission("servers_read"));
}

TEST(Permissions, AnAnonymousCallerMayDoNothingWhateverItsRole) {
    for (auto const permission : every()) EXPECT_FALSE(may(caller(Role::admin, Via::anonymous), permission));
    EXPECT_FALSE(sees_everything(caller(Role::admin, Via::anonymous)));
}

TEST(Permissions, OnlyAdminsAndAuditorsSeeWhatOthersOwn) {
    EXPECT_TRUE(sees_everything(caller(Role::admin)));
    EXPECT_TRUE(sees_everything(caller(Role::auditor)));
    EXPECT_FALSE(sees_everything(caller(Role::user)));
}

Principal member(TeamRole role, Id team) {
    auto principal = caller(Role::user);
    principal.user = Id{{1}};
    principal.teams = {{team, role}};
    return principal;
}

TEST(Reach, AMemberReachesWhatItsTeamHoldsAsFarAsItsRoleGoes) {
    Holder const held{.owner = Id{{9}}, .team = Id{{2}}};
    for (auto const role : {TeamRole::viewer, TeamRole::operating, TeamRole::maintainer}) {
        auto const principal = member(role, *held.team);
        EXPECT_TRUE(reaches(principal, Reach::read, held));
        EXPECT_EQ(reaches(principal, Reach::operate, held), role != TeamRole::viewer);
        EXPECT_EQ(reaches(principal, Reach::manage, held), role == TeamRole::maintainer);
    }
}

TEST(Reach, AMemberOfAnotherTeamReachesNothing) {
    auto const principal = member(TeamRole::maintainer, Id{{3}});
    EXPECT_FALSE(reaches(principal, Reach::read, {.owner = Id{{9}}, .team = Id{{2}}}));
    EXPECT_FALSE(reaches(principal, Reach::read, {.owner = Id{{9}}, .team = std::nullopt}));
}

TEST(Reach, AnOwnerAndAnAdminReachEverythingAndAnAuditorReads) {
    Holder const held{.owner = Id{{1}}, .team = std::nullopt};
    auto owner = caller(Role::user);
    owner.user = held.owner;
    EXPECT_TRUE(reaches(owner, Reach::manage, held));
    EXPECT_TRUE(reaches(caller(Role::admin), Reach::manage, held));
    EXPECT_TRUE(reaches(caller(Role::auditor), Reach::read, held));
    EXPECT_FALSE(reaches(caller(Role::auditor), Reach::operate, held));
    EXPECT_FALSE(reaches(caller(Role::admin, Via::anonymous), Reach::read, held));
}

}  // namespace
}  // namespace securestack
