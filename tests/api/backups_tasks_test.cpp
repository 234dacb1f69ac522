// Backup tasks: what a person makes of them.
#include "backups_fixture.hpp"

namespace securestack::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class BackupTasks : public BackupsTest {
  protected:
    std::string pointer_of(Answer const& answer) { return answer.text("/errors/0/pointer"); }
    std::string new_repository() {
        return as(bob)
            .post("/api/repositories", R"({"name": "offsite", "url": "/srv/restic", "password": "s3cret"})")
            .id();
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupTasks, each_engine, engine_name);

TEST_P(BackupTasks, ServerAndNameAreEnough) {
    auto const made = make_task("nightly");

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), path(made.id()));
    EXPECT_EQ(made.text("/kind"), "external");
    EXPECT_EQ(made.text("/schedule"), "@daily");
    EXPECT_EQ(made.text("/timezone"), "UTC");
    EXPECT_EQ(made.text("/state"), "pending");
    EXPECT_EQ(made.text("/severity"), "high");
    EXPECT_EQ(made.text("/next_run_at"), "2026-11-23T00:00:00.000000Z");
    EXPECT_TRUE(made.at("/last_run").is_null());
    EXPECT_EQ(task(made.id()).json(), made.json());
    EXPECT_EQ(records("backup.create"), 1);
}

TEST_P(BackupTasks, TheFirstSlotFollowsScheduleAndZone) {
    auto const made = make_task("nightly", R"("schedule": "30 2 * * *", "timezone": "Europe/Paris")");

    EXPECT_EQ(made.text("/next_run_at"), "2026-11-23T01:30:00.000000Z") << made.body;
}

TEST_P(BackupTasks, EveryFaultIsToldAtOnce) {
    auto const made = as(bob).post("/api/backups", std::string{R"({"server": ")"} + no_such_id +
                                                       R"(", "name": "x", "schedule": "61 * * * *",
        "timezone": "Mars/Base", "drill": "@never", "source": {"paths": ["/"]}})");

    EXPECT_EQ(made.status, 422);
    auto const errors = made.at("/errors").as_array();
    EXPECT_EQ(errors.size(), 5U) << made.body;
    EXPECT_THAT(made.body, HasSubstr("minute is wrong"));
}

TEST_P(BackupTasks, AServerHasEachNameOnce) {
    new_task("nightly");

    auto const again = make_task("nightly");

    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(pointer_of(again), "/name");
    server = new_server("db-2");
    EXPECT_EQ(make_task("nightly").status, 201);
}

TEST_P(BackupTasks, AnotherKindWaitsForItsAgent) {
    auto const made =
        make_task("files", R"("kind": "files", "source": {"paths": ["/etc"]}, "repository": ")" +
                               new_repository() + "\"");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("/state"), "pending");
    EXPECT_EQ(made.text("/state_reason"), "Waits for an agent on the server.");
    EXPECT_TRUE(made.at("/next_run_at").is_null());
    EXPECT_TRUE(made.at("/ping_url").is_null());
    EXPECT_EQ(jump(48h), 0);
    EXPECT_EQ(report(made.id(), "{}").status, 409);
    EXPECT_EQ(make_task("bare", R"("kind": "mysql")").text("/state_reason"),
              "Waits for an agent on the server, and for a source, and for a repository.");
}

TEST_P(BackupTasks, SourceAndRepositoryMustFitTheKind) {
    auto const repository = new_repository();
    auto const fault = [&](std::string const& members) {
        auto const made = make_task("x", members);
        EXPECT_EQ(made.status, 422) << made.body;
        return pointer_of(made);
    };
    EXPECT_EQ(fault(R"("repository": ")" + repository + "\""), "/repository");
    EXPECT_EQ(fault(R"("kind": "files", "source": {"database": "a"})"), "/source");
    EXPECT_EQ(fault(R"("kind": "postgresql", "source": {"paths": ["/a"]})"), "/source");
    EXPECT_EQ(fault(std::string{R"("kind": "files", "repository": ")"} + no_such_id + "\""), "/repository");
    EXPECT_EQ(fault(R"("grace_seconds": -1)"), "/grace_seconds");
    EXPECT_EQ(fault(R"("state": "succeeded")"), "/state");
    EXPECT_EQ(fault(R"("ping_url": "https://example.com")"), "/ping_url");
}

TEST_P(BackupTasks, AChangedCalendarMovesTheSlotThatIsWaitedFor) {
    auto const id = new_task("nightly");

    auto const changed = as(bob).patch(path(id), R"({"schedule": "@hourly"})");

    EXPECT_EQ(changed.text("/next_run_at"), "2026-11-22T03:00:00.000000Z") << changed.body;
    EXPECT_EQ(records("backup.update"), 1);
    auto const again = as(bob).patch(path(id), R"({"schedule": "@hourly"})");
    EXPECT_EQ(again.header("ETag"), changed.header("ETag"));
    EXPECT_EQ(records("backup.update"), 1);
    EXPECT_EQ(as(bob).with("If-Match", "\"1\"").patch(path(id), R"({"name": "x"})").status, 412);
}

TEST_P(BackupTasks, PausedItWaitsForNothingAndGoesOnWhereItLeft) {
    auto const id = new_task("nightly");
    ping(id);

    auto const paused = as(bob).patch(path(id), R"({"enabled": false})");
    EXPECT_EQ(paused.text("/state"), "paused");
    EXPECT_TRUE(paused.at("/next_run_at").is_null());

    auto const resumed = as(bob).patch(path(id), R"({"enabled": true})");
    EXPECT_EQ(resumed.text("/state"), "succeeded");
    EXPECT_FALSE(resumed.at("/next_run_at").is_null());
}

TEST_P(BackupTasks, ATaskStaysWithItsServer) {
    auto const id = new_task("nightly");

    auto const moved = as(bob).patch(path(id), R"({"server": ")" + new_server("db-2") + "\"}");

    EXPECT_EQ(moved.status, 422);
    EXPECT_EQ(pointer_of(moved), "/server");
}

TEST_P(BackupTasks, ThePingUrlIsForThoseWhoMayOperate) {
    auto const id = new_task("nightly");

    EXPECT_THAT(task(id).text("/ping_url"), StartsWith("http://"));
    EXPECT_TRUE(as(carol).get(path(id)).at("/ping_url").is_null());
    EXPECT_TRUE(as(bob).get("/api/backups").at("/results/0/ping_url").is_null());
    EXPECT_FALSE(as(alice).get(path(id)).at("/ping_url").is_null());
    for (auto const& [scopes, told] : {std::pair{R"("backups:read")", false},
                                       {R"("backups:read", "runs:write")", true},
                                       {R"("backups:read", "backups:write")", true}}) {
        auto const key =
            as(bob).post("/api/keys", R"({"name": "k", "scopes": [)" + std::string{scopes} + "]}");
        auto const seen = anonymous().with("X-API-Key", key.text("/key")).get(path(id));
        EXPECT_EQ(!seen.at("/ping_url").is_null(), told) << scopes;
    }

    auto const team = as(bob).post("/api/teams", R"({"name": "t"})").id();
    as(bob).put("/api/teams/" + team + "/members/" + id_of(carol).to_string(), R"({"role": "operator"})");
    as(bob).patch("/api/servers/" + server, R"({"team": ")" + team + "\"}");
    EXPECT_TRUE(as(carol).get(path(id)).at("/ping_url").is_null()) << "an auditor changes nothing";
}

TEST_P(BackupTasks, ARotatedPingUrlIsUnknownAtOnce) {
    auto const id = new_task("nightly");
    auto const old = ping_path(id);

    auto const rotated = as(bob).post(path(id) + "/ping-url");

    EXPECT_EQ(rotated.status, 200) << rotated.body;
    EXPECT_EQ(anonymous().get(old).status, 404);
    EXPECT_EQ(ping(id).status, 200);
    EXPECT_EQ(records("backup.rotate_ping_url"), 1);
}

TEST_P(BackupTasks, AnOutsiderCannotTellATaskFromNone) {
    auto const id = new_task("nightly");

    EXPECT_EQ(as(mallory).get(path(id)).status, 404);
    EXPECT_EQ(as(mallory).patch(path(id), "{}").status, 404);
    EXPECT_EQ(as(mallory).del(path(id)).status, 404);
    EXPECT_EQ(as(mallory).get(path(id) + "/runs").status, 404);
    EXPECT_EQ(as(mallory).post(path(id) + "/runs", "{}").status, 404);
    EXPECT_EQ(as(mallory).get(path(id) + "/stats").status, 404);
    EXPECT_EQ(as(mallory).post(path(id) + "/ping-url").status, 404);
    EXPECT_EQ(as(mallory).get("/api/servers/" + server + "/backups").status, 404);
    EXPECT_EQ(as(mallory).get("/api/servers/" + server + "/runs").status, 404);
    EXPECT_EQ(as(mallory).get("/api/backups?count=true").at("/count"), 0);
    auto const theirs = as(mallory).post("/api/backups", R"({"server": ")" + server + R"(", "name": "x"})");
    EXPECT_EQ(theirs.status, 422);
    EXPECT_EQ(as(carol).get(path(id)).status, 200);
    EXPECT_EQ(as(carol).patch(path(id), "{}").status, 403);
}

TEST_P(BackupTasks, ListsFilterSortAndSearch) {
    new_task("nightly");
    auto const hourly = new_task("hourly", R"("schedule": "@hourly")");
    ping(hourly);

    auto const count = [&](std::string const& query) {
        return as(bob).get("/api/backups?count=true&" + query).at("/count").as_int64();
    };
    EXPECT_EQ(count("state=succeeded"), 1);
    EXPECT_EQ(count("state=succeeded&state=pending"), 2);
    EXPECT_EQ(count("server=" + server), 2);
    EXPECT_EQ(count("kind=files"), 0);
    EXPECT_EQ(count("q=HOUR"), 1);
    EXPECT_EQ(as(bob).get("/api/backups?sort=name").text("/results/0/name"), "hourly");
    EXPECT_EQ(as(bob).get("/api/servers/" + server + "/backups?sort=-name").text("/results/0/name"),
              "nightly");
}

TEST_P(BackupTasks, ADeletedServersTasksStopAndComeBackWithIt) {
    auto const id = new_task("nightly");
    auto const url = ping_path(id);
    ping(id);

    as(bob).del("/api/servers/" + server);

    EXPECT_EQ(task(id).status, 404);
    EXPECT_EQ(anonymous().get(url).status, 404);
    EXPECT_EQ(as(bob).get("/api/runs?count=true").at("/count"), 0);
    EXPECT_EQ(jump(72h), 0);

    as(bob).post("/api/servers/" + server + "/restore");
    EXPECT_EQ(task(id).text("/next_run_at"), "2026-11-26T00:00:00.000000Z");
    EXPECT_EQ(anonymous().get(url).status, 200);
    EXPECT_EQ(as(bob).get("/api/runs?count=true").at("/count"), 2);
}

TEST_P(BackupTasks, GivenAwayWithTheirServerTheyAndTheirRunsAreTheNewOwners) {
    auto const id = new_task("nightly");
    ping(id);

    as(alice).patch("/api/servers/" + server, R"({"owner": ")" + id_of(mallory).to_string() + "\"}");

    EXPECT_EQ(as(mallory).get(path(id)).status, 200);
    EXPECT_EQ(as(mallory).get("/api/runs?count=true").at("/count"), 1);
    EXPECT_EQ(task(id).status, 404);
    EXPECT_EQ(as(bob).get("/api/runs?count=true").at("/count"), 0);
}

TEST_P(BackupTasks, DeletedTheyTakeTheirHistoryAlong) {
    auto const id = new_task("nightly");
    ping(id);

    EXPECT_EQ(as(bob).del(path(id)).status, 204);

    EXPECT_EQ(task(id).status, 404);
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 0);
    EXPECT_EQ(records("backup.delete"), 1);
}

TEST_P(BackupTasks, WhatIsDeletedLeavesNoIncidentOpen) {
    auto const deleted = new_task("nightly");
    auto const of_server = new_task("hourly");
    ping(deleted, "/fail");
    ping(of_server, "/fail");
    ASSERT_EQ(incidents("open"), 2);

    as(bob).del(path(deleted));
    EXPECT_EQ(incidents("open"), 1);
    as(bob).del("/api/servers/" + server);

    EXPECT_EQ(incidents("open"), 0);
    EXPECT_EQ(records("incident.resolve"), 2);
}

TEST_P(BackupTasks, ARepositoryStaysBehindWhenItsServerIsGivenAway) {
    auto const repository = as(bob).post(
        "/api/repositories", R"({"name": "r", "url": "sftp:backup@vault:/r", "password": "secret"})");
    ASSERT_EQ(repository.status, 201) << repository.body;
    auto const id = new_task("files", R"("kind": "files", "source": {"paths": ["/etc"]}, "repository": ")" +
                                          repository.id() + '"');

    as(alice).patch("/api/servers/" + server, R"({"owner": ")" + id_of(mallory).to_string() + "\"}");

    EXPECT_TRUE(as(mallory).get(path(id)).at("/repository").is_null());
    EXPECT_THAT(as(mallory).get(path(id)).text("/state_reason"), testing::HasSubstr("repository"));
    EXPECT_EQ(as(bob).del("/api/repositories/" + repository.id()).status, 204);
    auto const log = as(carol).get("/api/audit?action=backup.update");
    EXPECT_EQ(log.text("/results/0/object/id"), id) << log.body;
    EXPECT_EQ(log.text("/results/0/changes/repository/from"), repository.id());
    EXPECT_EQ(log.text("/results/0/actor/name"), "alice");
}

TEST_P(BackupTasks, ATeamsRepositoryGoesOnInTheTeam) {
    auto const team = as(bob).post("/api/teams", R"({"name": "Core"})").id();
    app().clock.advance(2s);
    auto const repository = as(bob).post(
        "/api/repositories", R"({"name": "r", "url": "sftp:backup@vault:/r", "team": ")" + team + "\"}");
    ASSERT_EQ(repository.status, 201) << repository.body;
    auto const id = new_task("files", R"("kind": "files", "source": {"paths": ["/etc"]}, "repository": ")" +
                                          repository.id() + '"');

    as(bob).patch("/api/servers/" + server,
                  R"({"team": ")" + team + R"(", "owner": ")" + id_of(mallory).to_string() + "\"}");

    EXPECT_EQ(as(bob).get(path(id)).text("/repository"), repository.id());
}

TEST_P(BackupTasks, APreviewShowsTheNextFiveSlotsOrWhatIsWrong) {
    auto const shown = as(bob).get("/api/schedule/preview?schedule=30%202%20*%20*%20*&timezone=Europe/Paris");
    EXPECT_EQ(shown.at("/slots").as_array().size(), 5U) << shown.body;
    EXPECT_EQ(shown.text("/slots/0/at"), "2026-11-23T01:30:00.000000Z");
    EXPECT_EQ(shown.text("/slots/0/local"), "2026-11-23T02:30:00+01:00");

    auto const wrong = as(bob).get("/api/schedule/preview?schedule=30+2+*+*&timezone=Paris");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.text("/errors/0/pointer"), "schedule") << wrong.body;
    EXPECT_EQ(wrong.text("/errors/1/pointer"), "timezone");
    EXPECT_EQ(as(bob).get("/api/schedule/preview").status, 400);
}

}  // namespace
}  // namespace securestack::test
