// What the program reports by itself: one incident per trouble, however often it is told.
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;

class IncidentReports : public IncidentTest {};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentReports, each_engine, engine_name);

TEST_P(IncidentReports, AnIncidentIsItsServersOwnersAndTeams) {
    auto const team = new_team("Core", {{bob, "operator"}, {mallory, "viewer"}});
    auto const server = new_server(bob, "db-1", R"(, "team": ")" + team + '"');

    auto const reported = report(report_of("backup:1", {server}));

    EXPECT_EQ(reported.effect, ReportEffect::opened);
    auto const seen = as(bob).get(path(reported.incident.to_string()));
    ASSERT_EQ(seen.status, 200) << seen.body;
    EXPECT_EQ(seen.at("/number"), reported.number);
    EXPECT_TRUE(seen.at("/reporter").is_null());
    EXPECT_EQ(seen.text("/source"), "backup");
    EXPECT_EQ(seen.text("/severity"), "high");
    EXPECT_EQ(seen.text("/servers/0"), server);
    EXPECT_EQ(as(mallory).get(path(reported.incident.to_string())).status, 200);
    EXPECT_EQ(as(frank).get(path(reported.incident.to_string())).status, 404);
    auto const entry = as(bob).get(path(reported.incident.to_string(), "/timeline"));
    EXPECT_EQ(entry.text("/results/0/actor/type"), "system");
    EXPECT_EQ(entry.text("/results/0/actor/name"), "securestack");
    EXPECT_EQ(records("incident.create"), 1);
}

TEST_P(IncidentReports, WithoutAServerItIsForAdministrators) {
    auto const id = report(report_of("self:1")).incident.to_string();

    EXPECT_EQ(as(alice).get(path(id)).status, 200);
    EXPECT_EQ(as(carol).get(path(id)).status, 200);
    EXPECT_EQ(as(bob).get(path(id)).status, 404);
    EXPECT_EQ(report(report_of("self:2", {"01900000-0000-7000-8000-000000000000"})).effect,
              ReportEffect::opened);
}

TEST_P(IncidentReports, TheSameTroubleIsCountedWhileItIsNotResolved) {
    auto const server = new_server(bob, "db-1");
    auto const first = report(report_of("backup:1", {server}));
    auto const id = first.incident.to_string();
    auto const second = report(report_of("backup:1", {server}));
    as(bob).post(path(id, "/acknowledge"));
    auto const third = report(report_of("backup:1", {server}));

    EXPECT_EQ(second.effect, ReportEffect::counted);
    EXPECT_EQ(third.incident, first.incident);
    EXPECT_EQ(as(bob).get(path(id)).at("/occurrences"), 3);
    EXPECT_EQ(as(bob).get(path(id)).text("/status"), "acknowledged");
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 1);
    EXPECT_EQ(records("incident.occurrence"), 2);
    EXPECT_THAT(kinds(bob, id),
                ElementsAre("opened", "occurrence", "acknowledged", "assigned", "occurrence"));
}

TEST_P(IncidentReports, OccurrencesThatFollowEachOtherAreOneEntry) {
    auto const server = new_server(bob, "db-1");
    auto const id = report(report_of("backup:1", {server})).incident.to_string();
    for (int i = 0; i < 5; ++i) {
        app().clock.advance(std::chrono::minutes{1});
        report(report_of("backup:1", {server}));
    }

    auto const timeline = as(bob).get(path(id, "/timeline"));

    EXPECT_THAT(column(timeline, "kind"), ElementsAre("opened", "occurrence"));
    EXPECT_EQ(timeline.at("/results/1/changes/occurrences/from"), 1);
    EXPECT_EQ(timeline.at("/results/1/changes/occurrences/to"), 6);
    EXPECT_EQ(timeline.text("/results/1/edited_at"), format_time(app().clock.now()));
}

TEST_P(IncidentReports, AWorseReportMakesItWorseAndAMilderDoesNothing) {
    auto const server = new_server(bob, "db-1");
    auto worse = report_of("backup:1", {server});
    worse.severity = Severity::critical;
    auto milder = worse;
    milder.severity = Severity::low;
    auto const id = report(report_of("backup:1", {server})).incident.to_string();

    report(worse);
    report(milder);

    EXPECT_EQ(as(bob).get(path(id)).text("/severity"), "critical");
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened", "occurrence", "severity_changed", "occurrence"));
}

TEST_P(IncidentReports, SettlingResolvesWhatIsNotResolvedAndOnlyThat) {
    auto const server = new_server(bob, "db-1");
    auto const id = report(report_of("backup:1", {server})).incident;

    EXPECT_EQ(settle(report_of("backup:1")), id);
    EXPECT_EQ(settle(report_of("backup:1")), std::nullopt);
    EXPECT_EQ(settle(report_of("backup:2")), std::nullopt);

    auto const seen = as(bob).get(path(id.to_string()));
    EXPECT_EQ(seen.text("/status"), "resolved");
    EXPECT_EQ(seen.text("/resolution"), "A backup succeeded.");
    EXPECT_EQ(records("incident.resolve"), 1);
}

TEST_P(IncidentReports, WithinTheWindowItIsReopenedAndAfterItAnotherOneIsMade) {
    auto const server = new_server(bob, "db-1");
    auto const first = report(report_of("backup:1", {server}));
    auto const id = first.incident.to_string();
    settle(report_of("backup:1"));
    app().clock.advance(usual_reopen_window - std::chrono::seconds{1});

    auto const again = report(report_of("backup:1", {server}));
    EXPECT_EQ(again.effect, ReportEffect::reopened);
    EXPECT_EQ(again.incident, first.incident);
    EXPECT_EQ(as(bob).get(path(id)).text("/status"), "open");
    EXPECT_EQ(as(bob).get(path(id)).at("/occurrences"), 2);
    EXPECT_THAT(kinds(bob, id), ElementsAre("opened", "resolved", "occurrence", "reopened"));

    settle(report_of("backup:1"));
    app().clock.advance(usual_reopen_window);
    auto const later = report(report_of("backup:1", {server}));
    EXPECT_EQ(later.effect, ReportEffect::opened);
    EXPECT_NE(later.incident, first.incident);
    EXPECT_EQ(later.number, first.number + 1);
}

TEST_P(IncidentReports, TheWindowIsTheReports) {
    auto const server = new_server(bob, "db-1");
    auto never = report_of("backup:1", {server});
    never.reopen_window = std::chrono::seconds{0};
    report(never);
    settle(report_of("backup:1"));

    EXPECT_EQ(report(never).effect, ReportEffect::opened);
}

TEST_P(IncidentReports, AnOldOneIsNotReopenedBesideItsSuccessor) {
    auto const server = new_server(bob, "db-1");
    auto const old = report(report_of("backup:1", {server})).incident.to_string();
    settle(report_of("backup:1"));
    app().clock.advance(std::chrono::days{3});
    report(report_of("backup:1", {server}));

    auto const refused = as(bob).post(path(old, "/reopen"));

    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.text("/errors/0/pointer"), "/status");
    EXPECT_EQ(as(bob).get(path(old)).text("/status"), "resolved");
}

TEST_P(IncidentReports, AnIncidentGoesWithItsServerToANewOwner) {
    auto const server = new_server(bob, "db-1");
    auto const open = report(report_of("backup:1", {server})).incident.to_string();
    auto const over = report(report_of("backup:2", {server})).incident.to_string();
    settle(report_of("backup:2"));
    auto const own = new_incident(bob, "x", R"(, "servers": )" + ids({server}));

    auto const given = as(alice).patch("/api/servers/" + server, R"({"owner": ")" + user(erin) + "\"}");

    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(as(erin).get(path(open)).header("ETag"), "\"2\"");
    EXPECT_EQ(as(bob).get(path(open)).status, 404);
    EXPECT_EQ(as(bob).get(path(over)).status, 200);
    EXPECT_EQ(as(bob).get(path(own)).status, 200);
}

TEST_P(IncidentReports, WhatWasResolvedIsNotReopenedForWhoHadTheServerBefore) {
    auto const server = new_server(bob, "db-1");
    auto const trouble = report_of("backup:1", {server});
    auto const old = report(trouble).incident.to_string();
    settle(trouble);
    as(bob).patch("/api/servers/" + server, R"({"owner": ")" + user(erin) + "\"}");

    auto const again = report(trouble);

    EXPECT_EQ(again.effect, ReportEffect::opened);
    EXPECT_EQ(as(erin).get(path(again.incident.to_string())).text("/status"), "open");
    EXPECT_EQ(as(bob).get(path(again.incident.to_string())).status, 404);
    EXPECT_EQ(as(bob).get(path(old)).text("/status"), "resolved");
    EXPECT_EQ(report(trouble).effect, ReportEffect::counted);
}

TEST_P(IncidentReports, AnIncidentThatWasKeptBackIsToldNothingMore) {
    auto const server = new_server(bob, "db-1");
    auto const trouble = report_of("backup:1", {server});
    auto const kept = report(trouble).incident.to_string();
    as(bob).patch(path(kept), R"({"servers": []})");
    as(bob).patch("/api/servers/" + server, R"({"owner": ")" + user(erin) + "\"}");

    EXPECT_EQ(settle(trouble), std::nullopt);
    auto const told = report(trouble);

    EXPECT_EQ(told.effect, ReportEffect::opened);
    EXPECT_EQ(as(erin).get(path(told.incident.to_string())).at("/occurrences"), 1);
    EXPECT_EQ(as(bob).get(path(kept)).at("/occurrences"), 1);
    EXPECT_EQ(as(bob).get(path(kept)).text("/status"), "open");
    EXPECT_EQ(records("incident.release"), 1);
    EXPECT_EQ(settle(trouble), told.incident);
}

TEST_P(IncidentReports, ATeamThatTookAnIncidentOverKeepsIt) {
    auto const team = new_team("Core", {{bob, "maintainer"}});
    auto const server = new_server(bob, "db-1");
    auto const trouble = report_of("backup:1", {server});
    auto const id = report(trouble).incident.to_string();
    ASSERT_EQ(as(bob).patch(path(id), R"({"team": ")" + team + "\"}").status, 200);

    EXPECT_EQ(report(trouble).effect, ReportEffect::counted);
}

TEST_P(IncidentReports, NamesThatGoIntoATitleCannotBreakIt) {
    auto strange = report_of("backup:1");
    strange.title = " line\nbreak " + std::string(300, 'x');
    strange.description = std::string(25'000, 'y');

    auto const id = report(strange).incident.to_string();

    auto const seen = as(alice).get(path(id));
    EXPECT_EQ(seen.text("/title").size(), 200U);
    EXPECT_TRUE(seen.text("/title").starts_with("line break x"));
    EXPECT_EQ(seen.text("/description").size(), 20'000U);
    EXPECT_EQ(as(alice).put(path(id), R"({"title": ")" + seen.text("/title") + "\"}").status, 200);
}

}  // namespace
}  // namespace securestack::test
