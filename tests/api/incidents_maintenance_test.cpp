// Maintenance windows: once or again and again, over servers and labels; and which servers are in one.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Maintenance : public IncidentTest {
  protected:
    void SetUp() override {
        IncidentTest::SetUp();
        if (IsSkipped()) return;
        // A Monday.
        app().clock.advance(parse_time("2030-03-04T12:00:00Z").value() - app().clock.now());
    }
    Answer plan(Persona const& who, std::string const& members) {
        return as(who).post("/api/maintenance", R"({"title": "Updates", )" + members + "}");
    }
    static std::string over(std::string const& server) { return R"("servers": [")" + server + "\"]"; }
    static std::string between(std::string const& from, std::string const& to) {
        return R"(, "starts_at": ")" + from + R"(", "ends_at": ")" + to + '"';
    }
    std::string hour(int from, int to) {
        return between(format_time(app().clock.now() + std::chrono::hours{from}),
                       format_time(app().clock.now() + std::chrono::hours{to}));
    }
    bool maintained(std::string const& server) {
        return app().database().read_now(
            [&](Tx& tx) { return in_maintenance(tx, Id::parse(server).value(), app().clock.now()); });
    }
    Texts pointers(Answer const& answer) {
        EXPECT_EQ(answer.status, 422) << answer.body;
        Texts all;
        auto const errors = answer.at("/errors");
        for (auto const& error : errors.as_array()) all.emplace_back(error.at("pointer").as_string());
        return all;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Maintenance, each_engine, engine_name);

TEST_P(Maintenance, AWindowCoversItsServersWhileItLasts) {
    auto const server = new_server(bob, "db-1");
    auto const other = new_server(bob, "db-2");

    auto const planned = plan(bob, over(server) + hour(1, 3));

    ASSERT_EQ(planned.status, 201) << planned.body;
    EXPECT_EQ(planned.text("/owner"), user(bob));
    EXPECT_EQ(planned.text("/occurs_from"), planned.text("/starts_at"));
    EXPECT_FALSE(maintained(server));
    app().clock.advance(std::chrono::hours{1});
    EXPECT_TRUE(maintained(server));
    EXPECT_FALSE(maintained(other));
    app().clock.advance(std::chrono::hours{2});
    EXPECT_FALSE(maintained(server));
    EXPECT_EQ(records("maintenance_window.create"), 1);
}

TEST_P(Maintenance, AServersOwnStatusCounts) {
    auto const server = new_server(bob, "db-1",
                                   R"(, "status": "maintenance", "maintenance_until": ")" +
                                       format_time(app().clock.now() + std::chrono::hours{1}) + '"');

    EXPECT_TRUE(maintained(server));
    app().clock.advance(std::chrono::hours{1});
    EXPECT_FALSE(maintained(server));
    EXPECT_FALSE(maintained("01900000-0000-7000-8000-000000000000"));
}

TEST_P(Maintenance, LabelsMeanServersThatHaveAllOfThem) {
    auto const web = new_server(bob, "web", R"(, "labels": {"role": "web", "rack": "b4"})");
    auto const data = new_server(bob, "data", R"(, "labels": {"role": "data", "rack": "b4"})");
    auto const foreign = new_server(mallory, "foreign", R"(, "labels": {"role": "web", "rack": "b4"})");

    plan(bob, R"("labels": {"role": "web", "rack": "b4"})" + hour(-1, 1));

    EXPECT_TRUE(maintained(web));
    EXPECT_FALSE(maintained(data));
    EXPECT_FALSE(maintained(foreign));
}

TEST_P(Maintenance, AnAdministratorsLabelsMeanEverybodysServers) {
    auto const server = new_server(bob, "web", R"(, "labels": {"role": "web"})");

    plan(alice, R"("labels": {"role": "web"})" + hour(-1, 1));

    EXPECT_TRUE(maintained(server));
}

TEST_P(Maintenance, ATeamsLabelsMeanItsServers) {
    auto const team = new_team("Core", {{bob, "operator"}, {erin, "operator"}});
    auto const shared = new_server(bob, "shared", R"(, "labels": {"role": "web"}, "team": ")" + team + '"');
    auto const own = new_server(bob, "own", R"(, "labels": {"role": "web"})");

    auto const planned = plan(erin, R"("labels": {"role": "web"}, "team": ")" + team + '"' + hour(-1, 1));

    ASSERT_EQ(planned.status, 201) << planned.body;
    EXPECT_TRUE(maintained(shared));
    EXPECT_FALSE(maintained(own));
}

TEST_P(Maintenance, ARecurringWindowHappensByTheClocksOfItsPlace) {
    auto const server = new_server(bob, "db-1");

    auto const planned = plan(bob, over(server) + R"(, "schedule": "0 3 * * SUN", "duration_seconds": 7200,
        "timezone": "Europe/Paris")");

    ASSERT_EQ(planned.status, 201) << planned.body;
    EXPECT_EQ(planned.text("/occurs_from"), "2030-03-10T02:00:00.000000Z");
    EXPECT_EQ(planned.text("/occurs_until"), "2030-03-10T04:00:00.000000Z");
    app().clock.advance(parse_time("2030-03-10T03:59:59Z").value() - app().clock.now());
    EXPECT_TRUE(maintained(server));
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_FALSE(maintained(server));
    // Summer time began that morning, an hour before the window.
    app().clock.advance(parse_time("2030-03-31T01:00:00Z").value() - app().clock.now());
    EXPECT_TRUE(maintained(server));
    app().clock.advance(std::chrono::hours{2});
    EXPECT_FALSE(maintained(server));
}

TEST_P(Maintenance, ARecurringWindowStaysWithinItsBounds) {
    auto const server = new_server(bob, "db-1");
    plan(bob, over(server) + R"(, "schedule": "0 3 * * *", "duration_seconds": 3600)" +
                  between("2030-03-06T00:00:00Z", "2030-03-07T03:30:00Z"));
    auto const at = [&](std::string_view time) {
        app().clock.advance(parse_time(time).value() - app().clock.now());
        return maintained(server);
    };

    EXPECT_FALSE(at("2030-03-05T03:10:00Z"));
    EXPECT_TRUE(at("2030-03-06T03:10:00Z"));
    EXPECT_TRUE(at("2030-03-07T03:29:00Z"));
    EXPECT_FALSE(at("2030-03-07T03:30:00Z"));
    EXPECT_FALSE(at("2030-03-08T03:10:00Z"));
}

TEST_P(Maintenance, TheShownOccurrenceGoesOnWithTime) {
    auto const server = new_server(bob, "db-1");
    auto const id = plan(bob, over(server) + R"(, "schedule": "0 3 * * *", "duration_seconds": 3600)").id();
    auto const advance = [&] {
        return app().database().write_now(
            [&](Tx& tx) { return advance_maintenance_windows(tx, app().clock.now(), 10); });
    };

    EXPECT_EQ(advance(), 0);
    app().clock.advance(std::chrono::days{2});
    EXPECT_EQ(advance(), 1);
    EXPECT_EQ(as(bob).get("/api/maintenance/" + id).text("/occurs_from"), "2030-03-07T03:00:00.000000Z");
    EXPECT_EQ(advance(), 0);
}

TEST_P(Maintenance, ASeriesThatIsOverIsLeftAlone) {
    auto const server = new_server(bob, "db-1");
    plan(bob,
         over(server) +
             R"(, "schedule": "0 3 * * *", "duration_seconds": 3600, "ends_at": "2030-03-06T02:00:00Z")");
    auto const advance = [&] {
        return app().database().write_now(
            [&](Tx& tx) { return advance_maintenance_windows(tx, app().clock.now(), 10); });
    };
    app().clock.advance(parse_time("2030-03-05T05:00:00Z").value() - app().clock.now());

    EXPECT_EQ(advance(), 1);
    EXPECT_EQ(advance(), 0);
}

TEST_P(Maintenance, ActiveWindowsAreAList) {
    auto const server = new_server(bob, "db-1");
    auto const now = plan(bob, over(server) + hour(-1, 1)).id();
    auto const later = plan(bob, over(server) + hour(2, 3)).id();
    auto const mallorys = new_server(mallory, "x");
    plan(mallory, over(mallorys) + hour(-1, 1));
    auto const listed = [&](Persona const& who, std::string const& query) {
        return column(as(who).get("/api/maintenance" + query), "id");
    };

    EXPECT_THAT(listed(bob, "?active=true"), ElementsAre(now));
    EXPECT_THAT(listed(bob, "?active=false"), ElementsAre(later));
    EXPECT_THAT(listed(bob, ""), UnorderedElementsAre(now, later));
    EXPECT_EQ(listed(carol, "?active=true").size(), 2U);
    EXPECT_EQ(listed(carol, "?active=true&server=" + server).size(), 1U);
    EXPECT_EQ(as(bob).get("/api/maintenance?active=yes").status, 400);
}

TEST_P(Maintenance, EveryFaultIsNamed) {
    auto const server = new_server(bob, "db-1");
    auto const foreign = new_server(mallory, "x");

    EXPECT_THAT(pointers(plan(bob, R"("description": "")")),
                UnorderedElementsAre("/servers", "/starts_at", "/ends_at"));
    EXPECT_THAT(pointers(plan(bob, over(server) + hour(2, 1))), ElementsAre("/ends_at"));
    EXPECT_THAT(pointers(plan(bob, over(server) + hour(-2, -1))), ElementsAre("/ends_at"));
    EXPECT_THAT(pointers(plan(bob, over(foreign) + hour(1, 2))), ElementsAre("/servers/0"));
    EXPECT_THAT(pointers(plan(bob, over(server) + R"(, "schedule": "@daily")")),
                ElementsAre("/duration_seconds"));
    EXPECT_THAT(pointers(plan(bob, over(server) + R"(, "duration_seconds": 60)" + hour(1, 2))),
                ElementsAre("/duration_seconds"));
    EXPECT_THAT(pointers(plan(bob, over(server) + R"(, "schedule": "61 * * * *", "duration_seconds": 60,
                                    "timezone": "Nowhere/Atall")")),
                UnorderedElementsAre("/schedule", "/timezone"));
    EXPECT_THAT(pointers(plan(bob, over(server) + R"(, "schedule": "0 3 1 1 *", "duration_seconds": 60,
                                    "ends_at": "2030-06-01T00:00:00Z")")),
                ElementsAre("/ends_at"));
}

TEST_P(Maintenance, AWindowCanBeEndedNow) {
    auto const server = new_server(bob, "db-1");
    auto const id = plan(bob, over(server) + hour(-1, 5)).id();
    ASSERT_TRUE(maintained(server));

    auto const ended =
        as(bob).patch("/api/maintenance/" + id, R"({"ends_at": ")" + format_time(app().clock.now()) + "\"}");

    EXPECT_EQ(ended.status, 200) << ended.body;
    EXPECT_FALSE(maintained(server));
    EXPECT_TRUE(column(as(bob).get("/api/maintenance?active=true"), "id").empty());
    EXPECT_EQ(records("maintenance_window.update"), 1);
}

TEST_P(Maintenance, IsForWhoMayChangeTheServersAndSeenByItsTeam) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}});
    auto const server = new_server(bob, "db-1", R"(, "team": ")" + team + '"');

    EXPECT_THAT(pointers(plan(mallory, over(server) + hour(1, 2))), ElementsAre("/servers/0"));
    EXPECT_EQ(plan(carol, over(server) + hour(1, 2)).status, 403);
    auto const window =
        "/api/maintenance/" + plan(bob, over(server) + R"(, "team": ")" + team + '"' + hour(1, 2)).id();
    EXPECT_EQ(as(mallory).get(window).status, 200);
    EXPECT_EQ(as(mallory).patch(window, R"({"title": "x"})").status, 403);
    EXPECT_EQ(as(mallory).del(window).status, 403);
    EXPECT_EQ(as(frank).get(window).status, 404);
    EXPECT_EQ(as(frank).del(window).status, 404);
    EXPECT_EQ(as(bob).with("If-Match", "\"9\"").del(window).status, 412);
    EXPECT_EQ(as(bob).del(window).status, 204);
    EXPECT_EQ(number("SELECT count(*) FROM maintenance_servers"), 0);
}

TEST_P(Maintenance, AWindowEndsWhereItsOwnersReachEnds) {
    auto const server = new_server(bob, "db-1");
    auto const window = plan(bob, over(server) + hour(-1, 9));
    ASSERT_TRUE(maintained(server));

    as(bob).patch("/api/servers/" + server, R"({"owner": ")" + user(mallory) + "\"}");

    EXPECT_FALSE(maintained(server));
    EXPECT_EQ(as(bob).get("/api/servers/" + server).status, 404);
}

TEST_P(Maintenance, WhoLeavesATeamSilencesItsServersNoMore) {
    auto const team = new_team("Core", {{bob, "operator"}});
    auto const server =
        new_server(alice, "db-1", R"(, "team": ")" + team + R"(", "labels": {"role": "web"})");
    ASSERT_EQ(plan(bob, over(server) + hour(-1, 9)).status, 201);
    ASSERT_EQ(plan(bob, R"("labels": {"role": "web"}, "team": ")" + team + '"' + hour(-1, 9)).status, 201);
    ASSERT_TRUE(maintained(server));

    as(alice).del("/api/teams/" + team + "/members/" + user(bob));

    EXPECT_FALSE(maintained(server));
}

TEST_P(Maintenance, WhatCoversEverybodyIsForAdministratorsAlone) {
    auto const team = new_team("Core", {{bob, "maintainer"}});
    auto const foreign = new_server(mallory, "x", R"(, "labels": {"role": "web"})");
    auto const id = plan(alice, R"("labels": {"role": "web"}, "team": ")" + team + '"' + hour(-1, 1)).id();
    ASSERT_TRUE(maintained(foreign));

    EXPECT_EQ(as(bob).patch("/api/maintenance/" + id, R"({"title": "y"})").status, 403);
    EXPECT_EQ(as(bob).patch("/api/maintenance/" + id, R"({"labels": {"role": "db"}})").status, 403);
    EXPECT_EQ(as(alice).patch("/api/maintenance/" + id, R"({"title": "y"})").status, 200);
    EXPECT_EQ(as(bob).del("/api/maintenance/" + id).status, 204);
}

TEST_P(Maintenance, ADemotedAdministratorSilencesTheirOwnOnly) {
    auto const foreign = new_server(mallory, "x", R"(, "labels": {"role": "web"})");
    auto const own = new_server(dave, "y", R"(, "labels": {"role": "web"})");
    auto const id = plan(dave, R"("labels": {"role": "web"})" + hour(-1, 1)).id();
    ASSERT_TRUE(maintained(foreign));

    ASSERT_EQ(as(alice).patch("/api/users/" + user(dave), R"({"role": "user"})").status, 200);
    app().clock.advance(std::chrono::seconds{2});

    EXPECT_FALSE(maintained(foreign));
    EXPECT_TRUE(maintained(own));
    EXPECT_EQ(as(dave).patch("/api/maintenance/" + id, R"({"title": "z"})").status, 403);
}

TEST_P(Maintenance, AMemberCannotAddLabelsThatMeanEverybody) {
    auto const team = new_team("Core", {{bob, "operator"}});
    auto const foreign = new_server(mallory, "x", R"(, "labels": {"role": "web"})");
    auto const named = new_server(alice, "y", R"(, "team": ")" + team + '"');
    auto const id = plan(alice, over(named) + R"(, "team": ")" + team + '"' + hour(-1, 1)).id();

    EXPECT_EQ(as(bob).patch("/api/maintenance/" + id, R"({"labels": {"role": "web"}})").status, 200);

    EXPECT_FALSE(maintained(foreign));
}

}  // namespace
}  // namespace securestack::test
