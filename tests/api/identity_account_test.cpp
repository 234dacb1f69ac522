// What a caller is told of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"

namespace securestack::test {
namespace {

class OwnAccount : public IdentityTest {
  protected:
    std::vector<std::string> permissions(Persona const& persona) {
        std::vector<std::string> found;
        auto const listed = as(persona).get("/api/auth/me").at("/permissions");
        for (auto const& permission : listed.as_array()) found.emplace_back(permission.as_string());
        return found;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, OwnAccount, each_engine, engine_name);

TEST_P(OwnAccount, TellsWhatItsRoleMayDo) {
    using ::testing::Contains;
    using ::testing::Not;

    EXPECT_EQ(permissions(alice).size(), permission_count);
    EXPECT_THAT(permissions(bob), Contains("servers:write"));
    EXPECT_THAT(permissions(bob), Not(Contains("users:read")));
    EXPECT_THAT(permissions(carol), Contains("users:read"));
    EXPECT_THAT(permissions(carol), Not(Contains("servers:write")));
}

TEST_P(OwnAccount, SaysTheSameAfterAChangeOfItself) {
    auto const changed = as(bob).patch("/api/auth/me", R"({"display_name": "Bob"})");
    auto const read = as(bob).get("/api/auth/me");

    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json(), read.json());
    EXPECT_EQ(changed.header("ETag"), read.header("ETag"));
    EXPECT_EQ(as(bob).patch("/api/auth/me", R"({"permissions": []})").status, 422);
}

}  // namespace
}  // namespace securestack::test
