// Teams: who makes them, who is in them, and who says so.
#include <gtest/gtest.h>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

constexpr Persona erin{"erin", Role::user};
constexpr Persona frank{"frank", Role::user};

class Teams : public IdentityTest {
  protected:
    void SetUp() override {
        IdentityTest::SetUp();
        if (IsSkipped()) return;
        for (auto const& persona : {erin, frank, mallory}) id_of(persona);
        team = make(bob, "Databases");
    }

    std::string make(Persona const& by, std::string const& name) {
        auto const made = as(by).post("/api/teams", object({{"name", name}}));
        EXPECT_EQ(made.status, 201) << made.body;
        return "/api/teams/" + made.id();
    }
    Answer add(Persona const& by, Persona const& who, std::string const& role) {
        return as(by).post(team + "/members",
                           object({{"username", std::string{who.username}}, {"role", role}}));
    }
    std::string member(Persona const& persona) { return team + "/members/" + id_of(persona).to_string(); }
    Answer set(Persona const& by, Persona const& who, std::string const& role) {
        return as(by).put(member(who), object({{"role", role}}));
    }

    std::string team;
};
INSTANTIATE_TEST_SUITE_P(Engines, Teams, each_engine, engine_name);

TEST_P(Teams, WhoMakesATeamBecomesItsMaintainer) {
    auto const members = as(bob).get(team + "/members");

    EXPECT_EQ(members.at("/results").as_array().size(), 1U) << members.body;
    EXPECT_EQ(members.text("/results/0/username"), "bob");
    EXPECT_EQ(members.text("/results/0/role"), "maintainer");
    EXPECT_EQ(records("team.create"), 1);
}

TEST_P(Teams, AMemberSeesItsTeamAndAnOutsiderCannotTellItFromNone) {
    ASSERT_EQ(add(bob, erin, "viewer").status, 201);

    EXPECT_EQ(as(erin).get(team).status, 200);
    EXPECT_EQ(as(erin).get(team + "/members").at("/results").as_array().size(), 2U);
    EXPECT_EQ(as(erin).get("/api/teams").at("/results").as_array().size(), 1U);
    EXPECT_EQ(as(alice).get("/api/teams").at("/results").as_array().size(), 1U);
    EXPECT_EQ(as(carol).get(team + "/members").status, 200);
    EXPECT_EQ(as(mallory).get("/api/teams").at("/results").as_array().size(), 0U);
    auto const nobodys = std::string{"/api/teams/01900000-0000-7000-8000-000000000000"};
    for (auto const* rest : {"", "/members"}) {
        auto const hidden = as(mallory).get(team + rest);
        auto const absent = as(mallory).get(nobodys + rest);
        EXPECT_EQ(hidden.status, 404);
        EXPECT_EQ(hidden.text("/detail"), absent.text("/detail"));
    }
    EXPECT_EQ(as(mallory).del(team).status, 404);
    EXPECT_EQ(add(mallory, frank, "viewer").status, 404);
}

TEST_P(Teams, OnlyMaintainersAndAdministratorsManage) {
    add(bob, erin, "operator");

    EXPECT_EQ(add(erin, frank, "viewer").status, 403);
    EXPECT_EQ(as(erin).patch(team, R"({"name": "Mine"})").status, 403);
    EXPECT_EQ(as(erin).del(team).status, 403);
    EXPECT_EQ(as(erin).del(member(bob)).status, 403);
    EXPECT_EQ(add(carol, frank, "viewer").status, 403);
    EXPECT_EQ(add(alice, frank, "viewer").status, 201);
    EXPECT_EQ(set(bob, erin, "maintainer").status, 200);
    EXPECT_EQ(as(erin).del(member(frank)).status, 204);
    EXPECT_EQ(records("team_member.add"), 2);
    EXPECT_EQ(records("team_member.set"), 1);
    EXPECT_EQ(records("team_member.remove"), 1);
}

TEST_P(Teams, TheLastMaintainerStays) {
    add(bob, erin, "operator");

    EXPECT_EQ(set(bob, bob, "viewer").status, 409);
    EXPECT_EQ(as(bob).del(member(bob)).status, 409);
    EXPECT_EQ(as(alice).del(member(bob)).status, 409);
    EXPECT_EQ(as(alice).del(user_path(bob)).status, 409);
    set(bob, erin, "maintainer");
    EXPECT_EQ(as(bob).del(member(bob)).status, 204);
    EXPECT_EQ(as(bob).get(team).status, 404);
    EXPECT_EQ(as(alice).del(user_path(bob)).status, 204);
}

TEST_P(Teams, EverybodyMayLeave) {
    add(bob, erin, "viewer");

    EXPECT_EQ(as(erin).del(member(erin)).status, 204);
    EXPECT_EQ(as(erin).get(team).status, 404);
}

TEST_P(Teams, ATeamThatHoldsAServerStays) {
    auto const id = team.substr(std::string_view{"/api/teams/"}.size());
    auto const server = as(bob).post("/api/servers", object({{"name", "db-1"}, {"team", id}}));
    ASSERT_EQ(server.status, 201) << server.body;

    EXPECT_EQ(as(bob).del(team).status, 409);
    as(bob).patch("/api/servers/" + server.id(), R"({"team": null})");
    EXPECT_EQ(as(bob).del(team).status, 204);
    EXPECT_EQ(number("SELECT count(*) FROM team_members"), 0);
}

TEST_P(Teams, ANameIsTakenWithoutRegardToCase) {
    EXPECT_EQ(as(erin).post("/api/teams", object({{"name", "DATABASES"}})).status, 409);
}

TEST_P(Teams, WhatIsNotAUserOrARoleIs422) {
    EXPECT_EQ(as(bob).post(team + "/members", object({{"username", "nobody"}})).text("/errors/0/pointer"),
              "/username");
    EXPECT_EQ(add(bob, erin, "owner").status, 422);
    ASSERT_EQ(add(bob, erin, "viewer").status, 201);
    EXPECT_EQ(add(bob, erin, "viewer").status, 409);
    EXPECT_EQ(
        as(bob).put(team + "/members/01900000-0000-7000-8000-000000000000", R"({"role": "viewer"})").status,
        404);
}

TEST_P(Teams, AUserIsInABoundedNumberOfTeams) {
    for (std::size_t i = 1; i < most_teams_made; ++i) make(bob, "team " + std::to_string(i));

    auto const refused = as(bob).post("/api/teams", object({{"name", "one too many"}}));
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.text("/detail").find("32 teams"), std::string::npos) << refused.body;
    add(bob, erin, "maintainer");
    EXPECT_EQ(as(bob).del(member(bob)).status, 204);
    EXPECT_EQ(as(bob).post("/api/teams", object({{"name", "not too many"}})).status, 201);
}

TEST_P(Teams, NobodyIsKeptFromATeamOfItsOwnByTheTeamsOfOthers) {
    std::string last;
    for (std::size_t i = 0; i < most_teams_joined; ++i) {
        last = team = make(mallory, "team " + std::to_string(i));
        ASSERT_EQ(add(mallory, frank, i % 2 == 0 ? "viewer" : "maintainer").status, 201);
    }

    team = make(bob, "Other");
    auto const refused = add(bob, frank, "viewer");
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.text("/detail").find("32 teams that others made"), std::string::npos) << refused.body;
    EXPECT_EQ(set(bob, frank, "viewer").status, 409);
    EXPECT_EQ(as(frank).post("/api/teams", object({{"name", "franks"}})).status, 201);
    EXPECT_EQ(as(frank).del(last + "/members/" + id_of(frank).to_string()).status, 204);
    EXPECT_EQ(add(bob, frank, "viewer").status, 201);
}

TEST_P(Teams, AMembersNewNameIsItsNameInTheTeam) {
    as(alice).patch(user_path(bob), R"({"username": "robert"})");

    EXPECT_EQ(as(alice).get(team + "/members").text("/results/0/username"), "robert");
}

TEST_P(Teams, AChangeOfMembershipBitesOnEveryReplicaWithinASecond) {
    Replica other{app()};
    auto const token = log_in("erin", persona_password).text("/access");
    auto const status = [&] { return other.send(Method::get, team, {}, token).status; };
    EXPECT_EQ(status(), 404);

    add(bob, erin, "viewer");
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(status(), 200);

    as(bob).del(member(erin));
    EXPECT_EQ(bearer(token).get(team).status, 404);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(status(), 404);
}

}  // namespace
}  // namespace securestack::test
