// Silence: what becomes of a task that nobody reports to, on one replica and on several.
#include <future>

#include "backups_fixture.hpp"
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class BackupsOverdue : public BackupsTest {
  protected:
    std::int64_t slots() { return number("SELECT count(*) FROM backup_slots"); }
    void look() { app()->backups().judge(); }
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupsOverdue, each_engine, engine_name);

TEST_P(BackupsOverdue, SilenceOpensAnIncidentAndALatePingResolvesIt) {
    auto const id = new_task("nightly", R"("schedule": "0 3 * * *", "grace_seconds": 600)");
    ping(id);
    look();

    EXPECT_EQ(pass(44min), 0);
    EXPECT_EQ(state(id), "succeeded");
    EXPECT_EQ(pass(2min), 1);

    EXPECT_EQ(state(id), "overdue");
    EXPECT_EQ(task(id).text("/next_run_at"), "2026-11-23T03:00:00.000000Z");
    EXPECT_EQ(incidents("open"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM incidents WHERE title = 'nightly on db-1 is overdue'"), 1);
    EXPECT_EQ(records("backup.overdue"), 1);

    ping(id);
    EXPECT_EQ(state(id), "succeeded");
    EXPECT_EQ(incidents("resolved"), 1);
    EXPECT_EQ(records("backup.recover"), 1);
}

TEST_P(BackupsOverdue, ATaskThatWasNeverReportedToIsMissedToo) {
    auto const id = new_task("nightly");
    look();

    EXPECT_EQ(jump(23h), 1);

    EXPECT_EQ(state(id), "overdue");
}

TEST_P(BackupsOverdue, EverySlotIsJudgedAndTheIncidentIsOne) {
    auto const id = new_task("hourly", R"("schedule": "@hourly", "grace_seconds": 60)");
    look();

    EXPECT_EQ(pass(10h), 10);

    EXPECT_EQ(slots(), 10);
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 1);
    EXPECT_EQ(number("SELECT occurrences FROM incidents"), 10);
    EXPECT_EQ(number("SELECT count(DISTINCT slot) FROM backup_slots"), 10);
    EXPECT_EQ(state(id), "overdue");
}

TEST_P(BackupsOverdue, ALateStartDoesNotHideThatItIsOverdue) {
    auto const id = new_task("hourly", R"("schedule": "@hourly", "grace_seconds": 60)");
    look();
    pass(1h);

    ping(id, "/start");

    EXPECT_EQ(state(id), "overdue");
    ping(id);
    EXPECT_EQ(state(id), "succeeded");
}

TEST_P(BackupsOverdue, JitterAndGraceAreWaitedFor) {
    new_task("hourly", R"("schedule": "@hourly", "grace_seconds": 600, "jitter_seconds": 600)");
    look();

    EXPECT_EQ(pass(54min), 0);
    EXPECT_EQ(pass(2min), 1);
}

TEST_P(BackupsOverdue, PausedTasksAreNotJudged) {
    auto const id = new_task("hourly", R"("schedule": "@hourly", "enabled": false)");
    look();

    EXPECT_EQ(pass(5h), 0);
    EXPECT_EQ(state(id), "paused");
}

TEST_P(BackupsOverdue, AServerInMaintenanceIsJudgedInSilence) {
    auto const id = new_task("hourly", R"("schedule": "@hourly", "grace_seconds": 60)");
    as(bob).patch("/api/servers/" + server, R"({"status": "maintenance"})");
    look();

    EXPECT_EQ(pass(2h), 2);

    EXPECT_EQ(state(id), "overdue");
    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM backup_slots WHERE verdict = 'maintenance'"), 2);

    as(bob).patch("/api/servers/" + server, R"({"status": "active"})");
    EXPECT_EQ(pass(1h), 1);
    EXPECT_EQ(incidents("open"), 1);
}

TEST_P(BackupsOverdue, AfterItWasDownTheProgramWaitsBeforeItJudges) {
    auto const silent = new_task("silent", R"("schedule": "@hourly", "grace_seconds": 60)");
    auto const late = new_task("late", R"("schedule": "@hourly", "grace_seconds": 60)");
    look();
    app().clock.advance(5h);

    look();
    EXPECT_EQ(pass(9min), 0);
    ping(late);
    EXPECT_EQ(state(silent), "pending");
    EXPECT_EQ(pass(2min), 1);

    // What fell due while nobody could have heard of it is one slot, and the next is again an hour's.
    EXPECT_EQ(state(silent), "overdue");
    EXPECT_EQ(state(late), "succeeded");
    EXPECT_EQ(task(silent).text("/next_run_at"), "2026-11-22T08:00:00.000000Z");
}

TEST_P(BackupsOverdue, ARestartOfSomeSecondsIsNoDowntime) {
    new_task("hourly", R"("schedule": "@hourly", "grace_seconds": 60)");
    look();
    pass(35min);

    Replica next{app()};
    app().clock.advance(100s);

    EXPECT_EQ(app()->backups().judge().slots + next->backups().judge().slots, 1);
}

TEST_P(BackupsOverdue, ARestartWhileTheProgramWaitsDoesNotEndTheWait) {
    new_task("silent", R"("schedule": "@hourly", "grace_seconds": 60)");
    look();
    app().clock.advance(5h);
    look();
    EXPECT_EQ(pass(5min), 0);

    // As after a kill, nobody hands the lease on.
    Replica next{app()};
    app().clock.advance(100s);
    EXPECT_EQ(app()->backups().judge().slots + next->backups().judge().slots, 0);
}

TEST_P(BackupsOverdue, ARunWithoutAnEndIsGivenUpAfterAWeek) {
    auto const id = new_task("nightly");
    look();
    ping(id, "/start");

    jump(24h * 7 + 1h);

    EXPECT_EQ(runs(id).at(0).at("state"), "lost");
    EXPECT_EQ(task(id).text("/last_run/state"), "lost");
    EXPECT_EQ(state(id), "overdue");
}

TEST_P(BackupsOverdue, ManyReplicasJudgeEverySlotOnce) {
    constexpr int tasks = 60;
    for (int i = 0; i < tasks; ++i)
        new_task("task-" + std::to_string(i), R"("schedule": "*/10 * * * *", "grace_seconds": 0)");
    std::vector<std::unique_ptr<Replica>> replicas;
    for (int i = 0; i < 3; ++i) replicas.push_back(std::make_unique<Replica>(app()));
    look();

    std::int64_t judged = 0;
    for (int round = 0; round < 8; ++round) {
        app().clock.advance(110s);
        std::vector<std::future<std::int64_t>> all;
        for (auto& replica : replicas)
            all.push_back(
                std::async(std::launch::async, [&] { return (*replica)->backups().judge().slots; }));
        for (auto& one : all) judged += one.get();
    }

    // 880 s on from 02:25:00: the slots of 02:30 only, of every task.
    EXPECT_EQ(judged, tasks);
    EXPECT_EQ(slots(), tasks);
    EXPECT_EQ(incidents("open"), tasks);
}

TEST_P(BackupsOverdue, WhenTheLeaderGoesAwayAnotherGoesOn) {
    new_task("minutely", R"("schedule": "* * * * *", "grace_seconds": 0)");
    Replica leader{app()};
    Replica heir{app()};
    EXPECT_TRUE(leader->backups().judge().leading);
    app().clock.advance(20s);
    EXPECT_FALSE(heir->backups().judge().leading);

    // Held up for more than twice its lease.
    app().clock.advance(70s);

    EXPECT_EQ(heir->backups().judge().slots, 1);
    EXPECT_EQ(leader->backups().judge().slots, 0);
    EXPECT_EQ(slots(), 1);
}

TEST_P(BackupsOverdue, OneThatStopsHandsTheLeaseOn) {
    Replica leader{app()};
    Replica heir{app()};
    leader->backups().judge();

    leader->backups().stop_judging();

    EXPECT_TRUE(heir->backups().judge().leading);
}

}  // namespace
}  // namespace securestack::test
