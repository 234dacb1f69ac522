// Who sees an incident, and who may do what to it.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class IncidentAccess : public IncidentTest {
  protected:
    static boost::json::value comparable(Answer const& answer) {
        auto body = answer.json().as_object();
        body.erase("request_id");
        body.erase("instance");
        return body;
    }
    // What each call about the incident answers.
    std::vector<int> statuses(Persona const& persona, std::string const& incident) {
        auto const caller = as(persona);
        return {caller.get(path(incident)).status,
                caller.get(path(incident, "/timeline")).status,
                caller.patch(path(incident), R"({"description": "y"})").status,
                caller.post(path(incident, "/comments"), R"({"body": "y"})").status,
                caller.post(path(incident, "/acknowledge")).status,
                caller.del(path(incident)).status};
    }
    std::string const nothing = "01900000-0000-7000-8000-000000000000";
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentAccess, each_engine, engine_name);

TEST_P(IncidentAccess, AnOutsiderCannotTellAnIncidentFromNone) {
    auto const id = new_incident(bob);
    auto const caller = as(mallory);

    EXPECT_EQ(caller.get(path(id)).status, 404);
    EXPECT_EQ(comparable(caller.get(path(id))), comparable(caller.get(path(nothing))));
    EXPECT_EQ(comparable(caller.patch(path(id), "{}")), comparable(caller.patch(path(nothing), "{}")));
    EXPECT_EQ(comparable(caller.put(path(id), R"({"title": "x"})")),
              comparable(caller.put(path(nothing), R"({"title": "x"})")));
    EXPECT_EQ(comparable(caller.del(path(id))), comparable(caller.del(path(nothing))));
    for (std::string const verb : {"/acknowledge", "/resolve", "/reopen"}) {
        EXPECT_EQ(comparable(caller.post(path(id, verb))), comparable(caller.post(path(nothing, verb))));
    }
    EXPECT_EQ(comparable(caller.get(path(id, "/timeline"))),
              comparable(caller.get(path(nothing, "/timeline"))));
    EXPECT_EQ(comparable(caller.post(path(id, "/comments"), R"({"body": "x"})")),
              comparable(caller.post(path(nothing, "/comments"), R"({"body": "x"})")));
    // The log tells its reader no more: attempts on what is hidden and on what is not there are alike.
    EXPECT_EQ(records("incident.update", "denied"), 4);
    EXPECT_EQ(records("incident.acknowledge", "denied"), 2);
    EXPECT_EQ(records("incident.comment", "denied"), 2);
}

TEST_P(IncidentAccess, AnAuditorReadsEverythingAndWritesNothing) {
    EXPECT_THAT(statuses(carol, new_incident(bob)), ElementsAre(200, 200, 403, 403, 403, 403));
    EXPECT_EQ(as(carol).post("/api/incidents", R"({"title": "x"})").status, 403);
    EXPECT_EQ(as(carol).post("/api/incidents/bulk", R"({"ids": [], "action": "resolve"})").status, 403);
}

TEST_P(IncidentAccess, AnAdministratorDoesEverything) {
    EXPECT_THAT(statuses(alice, new_incident(bob)), ElementsAre(200, 200, 200, 201, 200, 204));
}

TEST_P(IncidentAccess, AMemberReachesAsFarAsItsRole) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}, {erin, "maintainer"}});
    auto const incident = [&] { return new_incident(bob, "x", R"(, "team": ")" + team + '"'); };

    EXPECT_THAT(statuses(mallory, incident()), ElementsAre(200, 200, 403, 403, 403, 403));
    EXPECT_THAT(statuses(erin, incident()), ElementsAre(200, 200, 200, 201, 200, 204));
    EXPECT_THAT(statuses(frank, incident()), ElementsAre(404, 404, 404, 404, 404, 404));
    auto const erins = new_incident(erin, "x", R"(, "team": ")" + team + '"');
    EXPECT_THAT(statuses(bob, erins), ElementsAre(200, 200, 200, 201, 200, 403));
}

TEST_P(IncidentAccess, AnAssigneeActsAsAnOperatorDoes) {
    auto const id = new_incident(bob, "x", R"(, "assignee": ")" + user(mallory) + '"');

    EXPECT_THAT(statuses(mallory, id), ElementsAre(200, 200, 200, 201, 200, 403));
    EXPECT_EQ(as(bob).patch(path(id), R"({"assignee": null})").status, 200);
    EXPECT_EQ(as(mallory).get(path(id)).status, 404);
}

TEST_P(IncidentAccess, OnlySomebodyWhoCanActIsAssigned) {
    auto const assign = [&](std::string const& who) {
        return as(bob).post("/api/incidents", R"({"title": "x", "assignee": ")" + who + "\"}").status;
    };

    EXPECT_EQ(assign(user(mallory)), 201);
    EXPECT_EQ(assign(user(carol)), 422);
    as(alice).patch("/api/users/" + user(frank), R"({"disabled": true})");
    EXPECT_EQ(assign(user(frank)), 422);
}

TEST_P(IncidentAccess, TheTeamOfItsServersSeesANewIncident) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}});
    auto const shared = new_server(bob, "shared", R"(, "team": ")" + team + '"');
    auto const own = new_server(bob, "own");

    auto const one = new_incident(bob, "x", R"(, "servers": )" + ids({shared}));
    auto const two = new_incident(bob, "y", R"(, "servers": )" + ids({shared, own}));

    EXPECT_EQ(as(mallory).get(path(one)).text("/team"), team);
    EXPECT_EQ(as(mallory).get(path(two)).status, 404);
}

TEST_P(IncidentAccess, WhatATeamHoldsIsNotItsReportersAlone) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}, {erin, "maintainer"}});
    auto const server = new_server(bob, "shared", R"(, "team": ")" + team + '"');
    auto const leaves = [&](Persona const& who) {
        as(alice).del("/api/teams/" + team + "/members/" + user(who));
    };
    auto const viewers = new_incident(mallory, "x", R"(, "servers": )" + ids({server}));
    auto const named = new_incident(bob, "y", R"(, "team": ")" + team + '"');
    auto const given = new_incident(bob, "z");
    as(bob).patch(path(given), R"({"team": ")" + team + "\"}");

    EXPECT_THAT(statuses(mallory, viewers), ElementsAre(200, 200, 403, 403, 403, 403));
    EXPECT_EQ(as(mallory).patch(path(viewers), R"({"team": null})").status, 403);
    EXPECT_EQ(as(bob).del(path(named)).status, 403);
    leaves(mallory);
    leaves(bob);
    EXPECT_THAT(statuses(mallory, viewers), ElementsAre(404, 404, 404, 404, 404, 404));
    for (auto const& id : {named, given}) EXPECT_EQ(as(bob).get(path(id)).status, 404);
    EXPECT_THAT(column(as(bob).get("/api/incidents"), "title"), ElementsAre("x"));  // it is bob's server
    EXPECT_EQ(as(mallory).get("/api/incidents?count=true").at("/count"), 0);

    EXPECT_EQ(as(erin).patch(path(named), R"({"team": null})").status, 200);
    leaves(erin);
    EXPECT_THAT(statuses(erin, named), ElementsAre(200, 200, 200, 201, 200, 204));
}

TEST_P(IncidentAccess, AViewerReportsAndDoesNotAssign) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}});
    auto const server = new_server(bob, "shared", R"(, "team": ")" + team + '"');
    auto const body =
        R"({"title": "x", "servers": )" + ids({server}) + R"(, "assignee": ")" + user(mallory) + "\"}";

    auto const refused = as(mallory).post("/api/incidents", body);

    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("/errors/0/pointer"), "/assignee");
    EXPECT_EQ(as(bob).post("/api/incidents", body).status, 201);
}

TEST_P(IncidentAccess, WhoseServerItIsSeesWhatAnAdministratorReports) {
    auto const server = new_server(bob, "db-1");

    auto const id = new_incident(alice, "x", R"(, "servers": )" + ids({server}));

    EXPECT_EQ(as(bob).get(path(id)).text("/reporter"), user(alice));
    EXPECT_EQ(as(bob).post(path(id, "/resolve")).status, 200);
}

TEST_P(IncidentAccess, AnotherTeamIsForWhoManagesIt) {
    auto const team = new_team("Core", {{bob, "maintainer"}, {erin, "operator"}});
    auto const other = new_team("Web", {{erin, "maintainer"}, {bob, "viewer"}});
    auto const id = new_incident(bob, "x", R"(, "team": ")" + team + '"');
    auto const give = [&](Persona const& who, std::string const& to) {
        return as(who).patch(path(id), R"({"team": )" + to + "}").status;
    };

    EXPECT_EQ(give(erin, '"' + other + '"'), 403);
    EXPECT_EQ(give(bob, '"' + other + '"'), 422);
    EXPECT_EQ(give(bob, "null"), 200);
    EXPECT_EQ(give(alice, '"' + other + '"'), 200);
    EXPECT_EQ(as(erin).get(path(id)).status, 200);
}

TEST_P(IncidentAccess, AListHoldsWhatIsOwnSharedOrAssignedEachOnce) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}});
    new_incident(bob, "own");
    new_incident(bob, "own and shared", R"(, "team": ")" + team + '"');
    new_incident(erin, "assigned", R"(, "assignee": ")" + user(bob) + '"');
    new_incident(bob, "all three", R"(, "team": ")" + team + R"(", "assignee": ")" + user(bob) + '"');
    new_incident(frank, "hidden");
    auto const titles = [&](Persona const& who, std::string const& query = "") {
        return column(as(who).get("/api/incidents" + query), "title");
    };

    EXPECT_THAT(titles(bob), ElementsAre("all three", "assigned", "own and shared", "own"));
    EXPECT_THAT(titles(mallory), UnorderedElementsAre("all three", "own and shared"));
    EXPECT_THAT(titles(erin), ElementsAre("assigned"));
    EXPECT_EQ(titles(carol).size(), 5U);
    EXPECT_EQ(as(bob).get("/api/incidents?count=true").at("/count"), 4);
    EXPECT_THAT(titles(bob, "?assignee=" + user(bob)), UnorderedElementsAre("assigned", "all three"));
    EXPECT_THAT(titles(bob, "?team=" + team), UnorderedElementsAre("own and shared", "all three"));
}

TEST_P(IncidentAccess, ATokenWhoseAccountHasJustGoneDeclaresNothing) {
    auto const caller = as(mallory);
    ASSERT_EQ(caller.get("/api/incidents").status, 200);

    // As another replica does it: this one has not heard of it yet.
    auto const id = id_of(mallory);
    app().database().write_now([&](Tx& tx) { tx.execute("DELETE FROM users WHERE id = $1", {id}); });

    EXPECT_EQ(caller.post("/api/incidents", R"({"title": "x"})").status, 401);
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 0);
    EXPECT_EQ(number("SELECT value FROM counters WHERE name = 'incident'"), 0);
}

TEST_P(IncidentAccess, TheIncidentsOfAServerAreForWhoSeesBoth) {
    auto const server = new_server(bob, "db-1");
    new_incident(bob, "one", R"(, "servers": )" + ids({server}));
    new_incident(bob, "elsewhere");
    auto const nested = "/api/servers/" + server + "/incidents";

    EXPECT_THAT(column(as(bob).get(nested), "title"), ElementsAre("one"));
    EXPECT_EQ(as(mallory).get(nested).status, 404);
    EXPECT_THAT(column(as(carol).get(nested), "title"), ElementsAre("one"));
    EXPECT_EQ(comparable(as(mallory).get(nested)),
              comparable(as(mallory).get("/api/servers/" + nothing + "/incidents")));
}

}  // namespace
}  // namespace securestack::test
