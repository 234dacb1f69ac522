// Pings and reports: how a run is told, and what becomes of its task.
#include "backups_fixture.hpp"
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

constexpr auto rid = "0190f0c5-2a80-7c1f-8d0c-8b0c2f6b8c1d";
constexpr auto other_rid = "0190f0c5-2a80-7c1f-8d0c-8b0c2f6b8c1e";

class BackupPings : public BackupsTest {
  protected:
    std::string run_state(std::string const& id, std::size_t index = 0) {
        return std::string{runs(id).at(index).at("state").as_string()};
    }
    static std::string with(std::string_view id) { return "?rid=" + std::string{id}; }
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupPings, each_engine, engine_name);

TEST_P(BackupPings, ASuccessIsARunAndMovesTheSlot) {
    auto const id = new_task("nightly");
    app().clock.advance(24h);

    auto const answer = ping(id);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "OK");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(answer.header("Ping-Body-Limit"), "100000");
    auto const now = task(id);
    EXPECT_EQ(now.text("/state"), "succeeded");
    EXPECT_EQ(now.text("/last_success_at"), "2026-11-23T02:25:00.123456Z");
    EXPECT_EQ(now.text("/next_run_at"), "2026-11-24T00:00:00.000000Z");
    EXPECT_EQ(now.text("/last_run/state"), "succeeded");
    EXPECT_EQ(runs(id).size(), 1U);
    EXPECT_EQ(records("backup.succeed"), 1);
}

TEST_P(BackupPings, TakeGetHeadAndPost) {
    auto const id = new_task("nightly");
    auto const url = ping_path(id);

    EXPECT_EQ(anonymous().send(Method::get, url, {}).status, 200);
    EXPECT_EQ(anonymous().send(Method::head, url, {}).status, 200);
    EXPECT_EQ(anonymous().with("Content-Type", "application/x-www-form-urlencoded").post(url, "a=b").status,
              200);
    EXPECT_EQ(anonymous().post(url, std::string{"\xFF\0binary", 8}).status, 200);
    EXPECT_EQ(anonymous().del(url).status, 405);
    EXPECT_EQ(anonymous().get(url + "/").status, 200);
    EXPECT_EQ(runs(id).size(), 5U);
}

TEST_P(BackupPings, WhatIsUnknownIs404AndWhatIsWrongIs400) {
    auto const url = ping_path(new_task("nightly"));

    EXPECT_EQ(anonymous().get(std::string{"/ping/"} + no_such_id).status, 404);
    EXPECT_EQ(anonymous().get("/ping/nonsense").status, 404);
    EXPECT_EQ(anonymous().get(url + "/256").status, 400);
    EXPECT_EQ(anonymous().get(url + "?rid=1").status, 400);
    EXPECT_EQ(anonymous().get(url + "/stop").status, 404);
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 0);
}

TEST_P(BackupPings, StartAndEndAreOneRunWithADuration) {
    auto const id = new_task("nightly");

    ping(id, "/start");
    EXPECT_EQ(state(id), "running");
    app().clock.advance(90s);
    ping(id);

    EXPECT_EQ(state(id), "succeeded");
    ASSERT_EQ(runs(id).size(), 1U);
    EXPECT_EQ(runs(id)[0].at("duration_seconds"), 90);
}

TEST_P(BackupPings, RunsAtTheSameTimeArePairedByTheirRid) {
    auto const id = new_task("nightly");
    ping(id, std::string{"/start"} + with(rid));
    app().clock.advance(10s);
    ping(id, std::string{"/start"} + with(other_rid));
    app().clock.advance(10s);

    ping(id, with(rid));
    app().clock.advance(10s);
    ping(id, std::string{"/7"} + with(other_rid));

    auto const all = runs(id);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].at("state"), "succeeded");
    EXPECT_EQ(all[1].at("duration_seconds"), 20);
    EXPECT_EQ(all[0].at("state"), "failed");
    EXPECT_EQ(all[0].at("exit_code"), 7);
    EXPECT_EQ(all[0].at("duration_seconds"), 20);
    EXPECT_EQ(state(id), "failed");
}

TEST_P(BackupPings, AStartThatIsSentAgainUnderItsRidIsTheSameRun) {
    auto const id = new_task("nightly");
    ping(id, std::string{"/start"} + with(rid));
    ping(id, std::string{"/start"} + with(rid));

    EXPECT_EQ(runs(id).size(), 1U);
}

TEST_P(BackupPings, AnEndThatIsSentAgainUnderItsRidIsTheSameRun) {
    auto const id = new_task("nightly");
    ping(id, "/start" + with(rid));
    app().clock.advance(60s);
    ping(id, "/0" + with(rid));
    app().clock.advance(20s);

    EXPECT_EQ(ping(id, "/0" + with(rid)).status, 200);

    EXPECT_EQ(runs(id).size(), 1U);
    EXPECT_EQ(runs(id).at(0).at("duration_seconds"), 60);
    ping(id, "/1" + with(rid));
    EXPECT_EQ(runs(id).size(), 2U);
    EXPECT_EQ(state(id), "failed");
    app().clock.advance(1h);
    ping(id, "/1" + with(rid));
    EXPECT_EQ(runs(id).size(), 3U);
}

TEST_P(BackupPings, AnEndWithoutARidEndsTheOpenRunButTellsNoDurationOfIt) {
    auto const id = new_task("nightly");
    ping(id, std::string{"/start"} + with(rid));
    app().clock.advance(10s);
    ping(id);

    ASSERT_EQ(runs(id).size(), 1U);
    EXPECT_EQ(run_state(id), "succeeded");
    EXPECT_TRUE(runs(id)[0].at("duration_seconds").is_null());
}

TEST_P(BackupPings, AnEndUnderAnotherRidLeavesTheOpenRunOpen) {
    auto const id = new_task("nightly");
    ping(id, std::string{"/start"} + with(rid));
    ping(id, with(other_rid));

    ASSERT_EQ(runs(id).size(), 2U);
    EXPECT_EQ(run_state(id, 1), "running");
    EXPECT_EQ(state(id), "running");
}

TEST_P(BackupPings, AStartWithoutAnEndIsLostWhenTheNextBegins) {
    auto const id = new_task("nightly");
    ping(id, "/start");
    app().clock.advance(24h);
    ping(id, "/start");

    EXPECT_EQ(run_state(id, 1), "lost");
    EXPECT_EQ(run_state(id, 0), "running");
}

TEST_P(BackupPings, AFailureOpensAnIncidentAndTheNextSuccessResolvesIt) {
    auto const id = new_task("nightly", R"("severity": "critical")");

    anonymous().post(ping_path(id) + "/fail", "disk full");
    ping(id, "/1");
    EXPECT_EQ(state(id), "failed");
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 1);
    EXPECT_EQ(incidents("open"), 1);
    EXPECT_EQ(records("backup.fail"), 2);

    ping(id);
    EXPECT_EQ(state(id), "succeeded");
    EXPECT_EQ(incidents("resolved"), 1);
    EXPECT_EQ(records("backup.recover"), 1);
}

TEST_P(BackupPings, APausedTaskAndAServerInMaintenanceAreRecordedAndSilent) {
    auto const paused = new_task("paused");
    as(bob).patch(path(paused), R"({"enabled": false})");
    ping(paused, "/fail");
    EXPECT_EQ(state(paused), "paused");
    EXPECT_EQ(runs(paused).size(), 1U);

    auto const quiet = new_task("quiet");
    as(bob).patch("/api/servers/" + server, R"({"status": "maintenance"})");
    ping(quiet, "/fail");
    EXPECT_EQ(state(quiet), "failed");

    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 0);
}

TEST_P(BackupPings, ABodyIsKeptToItsLast100000Bytes) {
    auto const id = new_task("nightly");
    auto const body = std::string(150'000, 'a') + "the end";

    anonymous().with("Content-Type", "text/plain").post(ping_path(id), body);

    auto const run = runs(id).at(0);
    EXPECT_EQ(run.at("log_bytes"), 100'000);
    EXPECT_EQ(run.at("log_tail").as_string().size(), 4'000U);
    EXPECT_TRUE(std::string_view{run.at("log_tail").as_string()}.ends_with("the end"));
    auto const whole = as(bob).get("/api/runs/" + std::string{run.at("id").as_string()} + "/log");
    EXPECT_EQ(whole.body, body.substr(body.size() - 100'000));
    EXPECT_EQ(whole.header("Content-Type"), "text/plain; charset=utf-8");
}

TEST_P(BackupPings, ALogIsAddedToTheOpenRunAndChangesNothing) {
    auto const id = new_task("nightly");
    ping(id, "/start");
    anonymous().post(ping_path(id) + "/log", "first");
    anonymous().post(ping_path(id) + "/log", "second");
    EXPECT_EQ(state(id), "running");
    anonymous().post(ping_path(id), "third");
    anonymous().post(ping_path(id) + "/log", "fourth");

    EXPECT_EQ(runs(id).at(0).at("log_tail"), "first\nsecond\nthird\nfourth");
    EXPECT_EQ(state(id), "succeeded");
}

TEST_P(BackupPings, AReportTellsWhatAPingCannot) {
    auto const id = new_task("nightly");

    auto const made =
        report(id, R"({"started_at": "2026-11-22T02:00:00Z", "finished_at": "2026-11-22T02:10:30Z",
        "bytes_processed": 1000, "bytes_added": 10, "files_total": 3, "snapshot_id": "abc", "exit_code": 0,
        "log_tail": "done"})");

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), "/api/runs/" + made.id());
    EXPECT_EQ(made.text("/state"), "succeeded");
    EXPECT_EQ(made.at("/duration_seconds"), 630);
    EXPECT_EQ(made.at("/bytes_processed"), 1000);
    EXPECT_EQ(made.text("/trigger"), "external");
    EXPECT_EQ(as(bob).get("/api/runs/" + made.id()).json(), made.json());
    EXPECT_EQ(task(id).text("/last_success_at"), "2026-11-22T02:10:30.000000Z");
    EXPECT_EQ(records("run.report"), 1);
}

TEST_P(BackupPings, AReportNeedsNoMoreThanItsOutcomeOrATime) {
    auto const id = new_task("nightly");

    EXPECT_EQ(report(id, R"({"state": "succeeded"})").text("/state"), "succeeded");
    EXPECT_EQ(report(id, R"({"duration_seconds": 4})").text("/state"), "succeeded");
    EXPECT_EQ(report(id, R"({"exit_code": 2})").text("/state"), "failed");
    EXPECT_EQ(report(id, R"({"state": "running"})").text("/state"), "running");
    EXPECT_EQ(state(id), "running");
}

TEST_P(BackupPings, AReportThatTellsNothingIsNoSuccess) {
    auto const id = new_task("nightly");
    for (auto const body : {"{}", R"({"bytes_added": 5, "log_tail": "?", "error": ""})"}) {
        auto const refused = report(id, body);

        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.text("/errors/0/code"), "required");
        EXPECT_THAT(refused.text("/errors/0/detail"), testing::HasSubstr("state or exit_code"));
    }
    EXPECT_EQ(state(id), "pending");
}

TEST_P(BackupPings, AReportThatContradictsItselfIsRefused) {
    auto const id = new_task("nightly");
    for (auto const body :
         {R"({"state": "succeeded", "exit_code": 1})", R"({"state": "running", "exit_code": 0})",
          R"({"state": "lost"})", R"({"finished_at": "2026-11-22T03:00:00Z"})",
          R"({"started_at": "2026-11-22T02:00:00Z", "finished_at": "2026-11-22T01:00:00Z"})",
          R"({"bytes_added": -1})", R"({"duration_seconds": 99999999999})"}) {
        EXPECT_EQ(report(id, body).status, 422) << body;
    }
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 0);
}

TEST_P(BackupPings, AReportOfThePastIsHistoryOnly) {
    auto const id = new_task("nightly");
    ping(id, "/fail");

    report(id, R"({"finished_at": "2026-11-01T00:00:00Z"})");

    EXPECT_EQ(state(id), "failed");
    EXPECT_EQ(runs(id).size(), 2U);
    EXPECT_EQ(incidents("open"), 1);
}

TEST_P(BackupPings, RunsAreListedByTaskServerAndState) {
    auto const one = new_task("one");
    auto const two = new_task("two");
    ping(one);
    ping(two, "/fail");

    auto const count = [&](std::string const& where) { return as(bob).get(where).at("/count").as_int64(); };
    EXPECT_EQ(count("/api/runs?count=true"), 2);
    EXPECT_EQ(count("/api/runs?count=true&state=failed"), 1);
    EXPECT_EQ(count("/api/runs?count=true&task=" + one), 1);
    EXPECT_EQ(count("/api/runs?count=true&queued_at.gte=2026-11-22T03:00:00Z"), 0);
    EXPECT_EQ(count("/api/servers/" + server + "/runs?count=true"), 2);
    EXPECT_EQ(count(path(two) + "/runs?count=true"), 1);
}

TEST_P(BackupPings, ATaskIsPingedSoOftenAndNoMore) {
    auto const url = ping_path(new_task("nightly"));
    auto settings = app()->settings();
    settings.rate_limit_ping = Rate{2, 60s};
    Replica limited{app(), settings};

    EXPECT_EQ(limited.send(Method::get, url).status, 200);
    EXPECT_EQ(limited.send(Method::get, url).status, 200);
    auto const refused = limited.send(Method::get, url);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Retry-After"), "30");
    app().clock.advance(30s);
    EXPECT_EQ(limited.send(Method::get, url).status, 200);
}

TEST_P(BackupPings, StatisticsAreCountedByTheDatabase) {
    auto const id = new_task("nightly");
    for (int day = 0; day < 20; ++day) {
        app().clock.advance(24h);
        report(id, R"({"duration_seconds": )" + std::to_string(day + 1) + R"(, "bytes_added": 5,
            "bytes_processed": )" +
                       std::to_string(1'000 + 100 * day) + "}");
    }
    ping(id, "/fail");

    auto const stats = as(bob).get(path(id) + "/stats");

    EXPECT_EQ(stats.at("/runs"), 21) << stats.body;
    EXPECT_EQ(stats.at("/succeeded"), 20);
    EXPECT_EQ(stats.at("/failed"), 1);
    EXPECT_NEAR(stats.at("/success_rate").as_double(), 20.0 / 21.0, 1e-9);
    EXPECT_EQ(stats.at("/duration_p50_seconds"), 10);
    EXPECT_EQ(stats.at("/duration_p95_seconds"), 19);
    EXPECT_EQ(stats.at("/duration_max_seconds"), 20);
    EXPECT_EQ(stats.at("/bytes_added"), 100);
    EXPECT_EQ(stats.at("/growth_bytes"), 1'900);
    EXPECT_NEAR(stats.at("/growth_bytes_per_day").to_number<double>(), 100.0, 1e-6);
    auto const of_server = as(bob).get("/api/servers/" + server + "/backups/stats?from=2026-12-10T00:00:00Z");
    EXPECT_EQ(of_server.at("/runs"), 4) << of_server.body;
    EXPECT_EQ(as(bob).get(path(id) + "/stats?from=2030-01-01T00:00:00Z").status, 400);
    EXPECT_EQ(as(bob).get(path(id) + "/stats?from=yesterday").status, 400);
}

TEST_P(BackupPings, WithoutRunsStatisticsSayNothing) {
    auto const stats = as(bob).get(path(new_task("nightly")) + "/stats");

    EXPECT_EQ(stats.at("/runs"), 0) << stats.body;
    EXPECT_TRUE(stats.at("/success_rate").is_null());
    EXPECT_TRUE(stats.at("/duration_p95_seconds").is_null());
}

}  // namespace
}  // namespace securestack::test
