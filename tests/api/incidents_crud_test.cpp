// Declaring, reading, changing and deleting incidents.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Incidents : public IncidentTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Incidents, each_engine, engine_name);

Texts pointers(Answer const& answer) {
    Texts all;
    auto const errors = answer.at("/errors");
    for (auto const& error : errors.as_array()) all.emplace_back(error.at("pointer").as_string());
    return all;
}

TEST_P(Incidents, ATitleIsEnough) {
    auto const created = as(bob).post("/api/incidents", R"({"title": "db-1 does not answer"})");

    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.header("Location"), path(created.id()));
    EXPECT_EQ(created.header("ETag"), "\"1\"");
    EXPECT_EQ(created.at("/number"), 1);
    EXPECT_EQ(created.text("/status"), "open");
    EXPECT_EQ(created.text("/severity"), "medium");
    EXPECT_EQ(created.text("/source"), "manual");
    EXPECT_EQ(created.text("/reporter"), user(bob));
    EXPECT_EQ(created.at("/occurrences"), 1);
    EXPECT_TRUE(created.at("/assignee").is_null());
    EXPECT_EQ(created.text("/opened_at"), format_time(app().clock.now()));
    EXPECT_EQ(as(bob).get(path(created.id())).json(), created.json());
}

TEST_P(Incidents, TheFoundingExampleWorks) {
    auto const server = new_server(bob, "db-1");

    auto const created = as(bob).post("/api/incidents", R"({"title": "Disk full", "severity": "critical",
        "servers": [")" + server + R"("]})");

    ASSERT_EQ(created.status, 201) << created.body;
    EXPECT_EQ(created.text("/servers/0"), server);
    EXPECT_EQ(created.text("/severity"), "critical");
}

TEST_P(Incidents, EveryFaultIsNamedAtOnce) {
    auto const foreign = new_server(mallory, "hidden");

    auto const answer = as(bob).post("/api/incidents", R"({"title": "x", "status": "resolved",
        "resolution": "y", "assignee": "01900000-0000-7000-8000-000000000000",
        "team": "01900000-0000-7000-8000-000000000000",
        "servers": [")" + foreign + R"(", "01900000-0000-7000-8000-000000000000"]})");

    ASSERT_EQ(answer.status, 422) << answer.body;
    EXPECT_THAT(pointers(answer),
                UnorderedElementsAre("/status", "/assignee", "/team", "/servers/0", "/servers/1"));
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 0);
}

TEST_P(Incidents, WhatTheServerSetsCannotBeSent) {
    auto const answer =
        as(bob).post("/api/incidents", R"({"title": "x", "id": "01900000-0000-7000-8000-000000000000",
        "number": 7, "source": "backup", "dedup_key": "k", "occurrences": 2, "reporter": null,
        "opened_at": "2026-01-01T00:00:00Z", "acknowledged_at": null, "resolved_at": null, "owner": "x",
        "version": 3})");

    ASSERT_EQ(answer.status, 422) << answer.body;
    EXPECT_EQ(pointers(answer).size(), 11U) << answer.body;
}

TEST_P(Incidents, BoundsHold) {
    auto const title = [&](std::size_t length) {
        return as(bob).post("/api/incidents", R"({"title": ")" + std::string(length, 'x') + "\"}").status;
    };
    std::string many = "[";
    for (int i = 0; i < 201; ++i) {
        many += (i == 0 ? "\"" : ", \"") + app()->ids().make(app().clock.now()).to_string() + '"';
    }

    EXPECT_EQ(title(0), 422);
    EXPECT_EQ(title(200), 201);
    EXPECT_EQ(title(201), 422);
    EXPECT_EQ(as(bob).post("/api/incidents", R"({"title": "two\nlines"})").status, 422);
    EXPECT_EQ(as(bob).post("/api/incidents", R"({"title": "x", "severity": "fatal"})").status, 422);
    EXPECT_EQ(as(bob).post("/api/incidents", R"({"title": "x", "servers": )" + many + "]}").status, 422);
    EXPECT_EQ(
        as(bob)
            .post("/api/incidents", R"({"title": "x", "description": ")" + std::string(20'001, 'x') + "\"}")
            .status,
        422);
}

TEST_P(Incidents, MarkdownIsKeptAsItIsWritten) {
    auto const words = R"(# What\n\n<script>alert(1)</script> *never* rendered here)";

    auto const id = new_incident(bob, "x", std::string{R"(, "description": ")"} + words + '"');

    EXPECT_EQ(as(bob).get(path(id)).text("/description"),
              "# What\n\n<script>alert(1)</script> *never* rendered here");
}

TEST_P(Incidents, APatchChangesWhatItNames) {
    auto const one = new_server(bob, "one");
    auto const two = new_server(bob, "two");
    auto const id = new_incident(bob, "x", R"(, "servers": )" + ids({one}));

    auto const changed = as(bob).patch(path(id), R"({"severity": "high", "servers": )" + ids({two, one}) +
                                                     R"(, "assignee": ")" + user(bob) + "\"}");

    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.header("ETag"), "\"2\"");
    EXPECT_EQ(changed.text("/severity"), "high");
    EXPECT_EQ(changed.at("/servers").as_array().size(), 2U);
    EXPECT_EQ(number("SELECT count(*) FROM incident_servers"), 2);
    EXPECT_EQ(records("incident.update"), 1);
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened", "severity_changed", "assigned", "edited"));
}

TEST_P(Incidents, WhatChangesNothingKeepsItsVersionAndLeavesNoTrace) {
    auto const id = new_incident(bob);

    auto const same = as(bob).patch(path(id), R"({"severity": "medium"})");

    EXPECT_EQ(same.header("ETag"), "\"1\"");
    EXPECT_EQ(records("incident.update"), 0);
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened"));
}

TEST_P(Incidents, AReplacementTakesDefaultsButNotTheStatus) {
    auto const id = new_incident(bob, "x", R"(, "severity": "critical", "description": "y")");
    as(bob).post(path(id, "/acknowledge"));

    auto const replaced = as(bob).put(path(id), R"({"title": "z"})");

    ASSERT_EQ(replaced.status, 200) << replaced.body;
    EXPECT_EQ(replaced.text("/title"), "z");
    EXPECT_EQ(replaced.text("/description"), "");
    EXPECT_EQ(replaced.text("/severity"), "medium");
    EXPECT_TRUE(replaced.at("/assignee").is_null());
    EXPECT_EQ(replaced.text("/status"), "acknowledged");
    EXPECT_EQ(as(bob).put(path(id), R"({"title": "z", "status": "open"})").status, 409);
}

TEST_P(Incidents, AStaleETagIsRefused) {
    auto const id = new_incident(bob);
    as(bob).patch(path(id), R"({"severity": "low"})");
    auto const stale = as(bob).with("If-Match", "\"1\"");

    EXPECT_EQ(stale.patch(path(id), R"({"severity": "high"})").status, 412);
    EXPECT_EQ(stale.put(path(id), R"({"title": "z"})").status, 412);
    EXPECT_EQ(stale.post(path(id, "/acknowledge")).status, 412);
    EXPECT_EQ(stale.del(path(id)).status, 412);
    EXPECT_EQ(as(bob).with("If-None-Match", "\"2\"").get(path(id)).status, 304);
}

TEST_P(Incidents, DeletingOneTakesItsTimelineAndLeavesTheRecord) {
    auto const server = new_server(bob, "one");
    auto const id = new_incident(bob, "x", R"(, "servers": )" + ids({server}));
    as(bob).post(path(id, "/comments"), R"({"body": "y"})");

    EXPECT_EQ(as(bob).del(path(id)).status, 204);

    EXPECT_EQ(as(bob).get(path(id)).status, 404);
    EXPECT_EQ(number("SELECT count(*) FROM incident_events"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM incident_servers"), 0);
    EXPECT_EQ(records("incident.delete"), 1);
    EXPECT_EQ(records("incident.create"), 1);
}

TEST_P(Incidents, AServerThatWasPurgedStaysInTheIncident) {
    auto const server = new_server(bob, "one");
    auto const id = new_incident(bob, "x", R"(, "servers": )" + ids({server}));
    as(bob).del("/api/servers/" + server);
    app().clock.advance(std::chrono::days{31});
    app()->housekeep();
    ASSERT_EQ(number("SELECT count(*) FROM servers"), 0);

    EXPECT_EQ(as(bob).get(path(id)).text("/servers/0"), server);
    EXPECT_EQ(as(bob).patch(path(id), R"({"severity": "low", "servers": )" + ids({server}) + "}").status,
              200);
    EXPECT_EQ(number("SELECT count(*) FROM incident_servers"), 0);
}

TEST_P(Incidents, AnAccountThatGoesLeavesItsIncidents) {
    auto const id = new_incident(mallory, "x", R"(, "assignee": ")" + user(mallory) + '"');
    auto const before = as(alice).get(path(id));
    for (int i = 0; i < 2; ++i) {  // so that the list keeps it
        EXPECT_EQ(as(alice).get("/api/incidents").text("/results/0/reporter"), user(mallory));
    }

    EXPECT_EQ(as(alice).del("/api/users/" + user(mallory)).status, 204);

    auto const left = as(alice).get(path(id));
    EXPECT_TRUE(left.at("/reporter").is_null());
    EXPECT_TRUE(left.at("/assignee").is_null());
    EXPECT_NE(left.header("ETag"), before.header("ETag"));
    EXPECT_TRUE(as(alice).get("/api/incidents").at("/results/0/reporter").is_null());
    EXPECT_EQ(as(alice).get(path(id, "/timeline")).text("/results/0/actor/name"), "mallory");
}

}  // namespace
}  // namespace securestack::test
