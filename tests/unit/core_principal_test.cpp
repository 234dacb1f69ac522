#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "core/principal.hpp"

namespace securestack {
namespace {

using enum Permission;

constexpr std::array every{account, servers_read, servers_write, users_read, users_write, audit_read};

Principal caller(Role role, Via via = Via::access_token) {
    return {.user = {}, .session = {}, .name = "x", .role = role, .via = via};
}

void expect_exactly(Role role, std::initializer_list<Permission> allowed) {
    for (auto const permission : every)
        EXPECT_EQ(may(caller(role), permission), std::ranges::find(allowed, permission) != allowed.end())
            << to_string(role) << ' ' << to_string(permission);
}

TEST(Permissions, TheAdminMayDoEverything) {
    expect_exactly(Role::admin, {account, servers_read, servers_write, users_read, users_write, audit_read});
}

TEST(Permissions, TheAuditorReadsEverythingAndChangesOnlyItsAccount) {
    expect_exactly(Role::auditor, {account, servers_read, users_read, audit_read});
}

TEST(Permissions, AUserReachesServersAndItsOwnActs) {
    expect_exactly(Role::user, {account, servers_read, servers_write, audit_read});
}

TEST(Permissions, AnAnonymousCallerMayDoNothingWhateverItsRole) {
    for (auto const permission : every) EXPECT_FALSE(may(caller(Role::admin, Via::anonymous), permission));
    EXPECT_FALSE(sees_everything(caller(Role::admin, Via::anonymous)));
}

TEST(Permissions, OnlyAdminsAndAuditorsSeeWhatOthersOwn) {
    EXPECT_TRUE(sees_everything(caller(Role::admin)));
    EXPECT_TRUE(sees_everything(caller(Role::auditor)));
    EXPECT_FALSE(sees_everything(caller(Role::user)));
}

}  // namespace
}  // namespace securestack
