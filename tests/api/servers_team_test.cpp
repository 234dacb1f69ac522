// What a team holds: who of its members sees, changes and gives away which server.
#include <future>

#include <gtest/gtest.h>

#include "identity_fixture.hpp"
#include "servers/servers.hpp"

namespace securestack::test {
namespace {

constexpr Persona victor{"victor", Role::user};  // viewer
constexpr Persona olga{"olga", Role::user};      // operator
constexpr Persona mia{"mia", Role::user};        // maintainer

class ServerTeams : public IdentityTest {
  protected:
    void SetUp() override {
        IdentityTest::SetUp();
        if (IsSkipped()) return;
        team = new_team(mia, "Web", {{victor, "viewer"}, {olga, "operator"}, {bob, "operator"}});
        shared =
            "/api/servers/" + as(bob).post("/api/servers", object({{"name", "web-1"}, {"team", team}})).id();
    }
    std::string new_team(Persona const& by, std::string const& name,
                         std::vector<std::pair<Persona, std::string>> const& members) {
        auto const id = as(by).post("/api/teams", object({{"name", name}})).id();
        for (auto const& [persona, role] : members) {
            id_of(persona);
            auto const added =
                as(by).post("/api/teams/" + id + "/members",
                            object({{"username", std::string{persona.username}}, {"role", role}}));
            EXPECT_EQ(added.status, 201) << added.body;
        }
        return id;
    }
    std::int64_t listed(Persona const& persona, std::string const& query = "") {
        return as(persona).get("/api/servers?count=true" + query).at("/count").as_int64();
    }

    std::string team;
    std::string shared;
};
INSTANTIATE_TEST_SUITE_P(Engines, ServerTeams, each_engine, engine_name);

TEST_P(ServerTeams, MembersSeeWhatTheTeamHoldsAndOthersDoNot) {
    for (auto const& persona : {bob, victor, olga, mia, alice, carol}) {
        SCOPED_TRACE(persona.username);
        EXPECT_EQ(as(persona).get(shared).status, 200);
        EXPECT_EQ(listed(persona), 1);
    }
    EXPECT_EQ(as(mallory).get(shared).status, 404);
    EXPECT_EQ(listed(mallory), 0);
}

TEST_P(ServerTeams, AViewerReadsAnOperatorChangesAMaintainerDeletes) {
    auto const change = R"({"description": "x"})";
    EXPECT_EQ(as(victor).patch(shared, change).status, 403);
    EXPECT_EQ(as(victor).del(shared).status, 403);
    EXPECT_EQ(as(olga).patch(shared, change).status, 200);
    EXPECT_EQ(as(olga).put(shared, object({{"name", "web-2"}, {"team", team}})).status, 200);
    EXPECT_EQ(as(olga).del(shared).status, 403);
    EXPECT_EQ(as(mallory).patch(shared, change).status, 404);
    EXPECT_EQ(as(mia).del(shared).status, 204);
    EXPECT_EQ(as(olga).post(shared + "/restore").status, 403);
    EXPECT_EQ(as(mia).post(shared + "/restore").status, 200);
    EXPECT_EQ(records("server.delete", "denied"), 2);
}

TEST_P(ServerTeams, ATeamThatHasJustGoneTakesNoServer) {
    auto const caller = as(olga);
    ASSERT_EQ(caller.get(shared).status, 200);

    // As another replica does it: this one has not heard of it yet.
    app().database().write_now([&](Tx& tx) {
        tx.execute("UPDATE servers SET team = NULL, version = version + 1");
        tx.execute("DELETE FROM teams WHERE id = $1", {Id::parse(team).value()});
    });

    auto const refused = caller.post("/api/servers", object({{"name", "web-9"}, {"team", team}}));
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("/errors/0/pointer"), "/team");
}

TEST_P(ServerTeams, OnlyWhoManagesAServerGivesItAway) {
    auto const to_mallory = object({{"owner", id_of(mallory).to_string()}});
    EXPECT_EQ(as(olga).patch(shared, to_mallory).status, 403);
    EXPECT_EQ(as(olga).patch(shared, R"({"team": null})").status, 403);
    EXPECT_EQ(as(olga).put(shared, R"({"name": "web-1"})").status, 403);

    EXPECT_EQ(as(mia).patch(shared, to_mallory).status, 200);
    EXPECT_EQ(as(mallory).patch(shared, R"({"team": null})").status, 200);
    EXPECT_EQ(as(mia).get(shared).status, 404);
    EXPECT_EQ(as(alice).patch(shared, object({{"owner", id_of(bob).to_string()}, {"team", team}})).status,
              200);
    EXPECT_EQ(as(mia).get(shared).status, 200);
    EXPECT_EQ(as(mia).patch(shared, R"({"owner": "01900000-0000-7000-8000-000000000000"})").status, 422);
}

TEST_P(ServerTeams, AServerGoesOnlyToATeamInWhichOneActs) {
    auto const others = new_team(mallory, "Others", {{victor, "viewer"}});
    auto const own = "/api/servers/" + as(victor).post("/api/servers", R"({"name": "own"})").id();

    for (auto const& id : {others, team, std::string{"01900000-0000-7000-8000-000000000000"}}) {
        auto const answer = as(victor).patch(own, object({{"team", id}}));
        EXPECT_EQ(answer.status, 422) << answer.body;
        EXPECT_EQ(answer.text("/errors/0/pointer"), "/team");
    }
    EXPECT_EQ(as(olga).post("/api/servers", object({{"name", "x"}, {"team", others}})).status, 422);
    EXPECT_EQ(as(alice).post("/api/servers", object({{"name", "x"}, {"team", others}})).status, 201);
    EXPECT_EQ(as(alice)
                  .post("/api/servers", R"({"name": "y", "team": "01900000-0000-7000-8000-000000000000"})")
                  .status,
              422);
}

TEST_P(ServerTeams, AListHoldsOnesOwnAndTheTeamsEachOnce) {
    as(olga).post("/api/servers", R"({"name": "own"})");
    as(olga).post("/api/servers", object({{"name", "own in team"}, {"team", team}}));
    auto const second = new_team(mia, "Second", {{olga, "viewer"}});
    as(mia).post("/api/servers", object({{"name", "second"}, {"team", second}}));

    EXPECT_EQ(listed(olga), 4);
    EXPECT_EQ(listed(victor), 2);
    EXPECT_EQ(listed(olga, "&team=" + team), 2);
    EXPECT_EQ(listed(olga, "&team=null"), 1);
    EXPECT_EQ(listed(olga, "&owner=" + id_of(mia).to_string()), 1);
    std::vector<std::string> names;
    for (auto page = as(olga).get("/api/servers?sort=-name&limit=1");;
         page = as(olga).get(page.text("/next"))) {
        names.push_back(page.text("/results/0/name"));
        if (page.at("/next").is_null()) break;
    }
    EXPECT_EQ(names, (std::vector<std::string>{"web-1", "second", "own in team", "own"}));
}

TEST_P(ServerTeams, WhoLeavesTheTeamSeesNothingOfIt) {
    as(mia).del("/api/teams/" + team + "/members/" + id_of(victor).to_string());

    EXPECT_EQ(as(victor).get(shared).status, 404);
    EXPECT_EQ(listed(victor), 0);
}

TEST_P(ServerTeams, WhatBelongsToAServerFollowsItInTheSameTransaction) {
    std::string told;
    auto const note = [&](std::string const& what) {
        return [&told, what](Tx&, Actor const&, securestack::Server const&) { told += what + " "; };
    };
    ServerFollowers followers{{.moved = note("moved"),
                               .deleted = note("deleted"),
                               .restored = note("restored"),
                               .purged = note("purged")},
                              {}};
    Router router;
    add_server_routes(router, followers);
    auto dispatcher = app()->dispatcher_for(router);
    auto const token = log_in("mia", persona_password).text("/access");
    auto const send = [&](Method method, std::string const& target, std::string body) {
        auto request = std::make_shared<Request>();
        request->method = method;
        request->target = request->path = target;
        request->headers.add("Authorization", "Bearer " + token);
        request->headers.add("Content-Type", "application/json");
        request->body = std::move(body);
        std::promise<int> answered;
        dispatcher.dispatch(request, [&](Response response) { answered.set_value(response.status); });
        return answered.get_future().get();
    };

    EXPECT_EQ(send(Method::patch, shared, R"({"description": "still here"})"), 200);
    EXPECT_EQ(send(Method::patch, shared, object({{"owner", id_of(mia).to_string()}})), 200);
    EXPECT_EQ(send(Method::del, shared, ""), 204);
    EXPECT_EQ(send(Method::post, shared + "/restore", ""), 200);
    EXPECT_EQ(told, "moved deleted restored ");
}

TEST_P(ServerTeams, DeletedServersAreListedForThoseWhoMayRestoreThem) {
    as(bob).del(shared);
    as(mallory).del("/api/servers/" + as(mallory).post("/api/servers", R"({"name": "own"})").id());
    auto const deleted = [&](Persona const& persona) { return listed(persona, "&deleted=true"); };

    EXPECT_EQ(deleted(bob), 1);      // its owner
    EXPECT_EQ(deleted(mia), 1);      // maintains its team
    EXPECT_EQ(deleted(mallory), 1);  // her own
    EXPECT_EQ(deleted(alice), 2);
    for (auto const& persona : {victor, olga, carol}) EXPECT_EQ(deleted(persona), 0) << persona.username;
    for (auto const& persona : {bob, mia, alice}) EXPECT_EQ(listed(persona), 0) << persona.username;
}

TEST_P(ServerTeams, ATeamWhoseOnlyServersAreDeletedSaysWhere) {
    as(bob).del(shared);
    auto const refused = as(mia).del("/api/teams/" + team);
    ASSERT_EQ(refused.status, 409);
    auto const detail = refused.text("/detail");
    auto const address = "/api/servers?deleted=true&team=" + team;
    ASSERT_NE(detail.find(address), detail.npos) << detail;

    auto const id = as(mia).get(address).text("/results/0/id");
    EXPECT_EQ(as(mia).post("/api/servers/" + id + "/restore").status, 200);
    EXPECT_EQ(as(mia).patch("/api/servers/" + id, R"({"team": null})").status, 200);
    EXPECT_EQ(as(mia).del("/api/teams/" + team).status, 204);
}

TEST_P(ServerTeams, DeletedIsTrueOrFalseAndSaidOnce) {
    EXPECT_EQ(listed(bob, "&deleted=false"), 1);
    for (std::string const wrong : {"deleted=yes", "deleted=", "deleted=true&deleted=false"})
        EXPECT_EQ(as(bob).get("/api/servers?" + wrong).status, 400) << wrong;
}

}  // namespace
}  // namespace securestack::test
