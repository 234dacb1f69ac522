// What has had its time goes, however much there is of it, and one failure does not keep the rest.
#include <gtest/gtest.h>

#include "servers/server.hpp"
#include "servers/servers.hpp"
#include "support/app_fixture.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

class Housekeeping : public ApiTest {
  protected:
    void delete_servers(int count) {
        auto const owner = id_of(bob);
        auto const now = app().clock.now();
        std::vector<Server> servers(static_cast<std::size_t>(count));
        for (auto& server : servers) {
            server.id = app()->ids().make(now);
            server.name = server.id.to_string();
            server.owner = owner;
            server.created_at = server.updated_at = now;
            server.deleted_at = now;
        }
        app().database().write_now([&](Tx& tx) { insert_all(tx, servers); });
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Housekeeping, each_engine, engine_name);

TEST_P(Housekeeping, OneRoundRemovesEveryServerThatIsDue) {
    delete_servers(1050);
    app().clock.advance(kept_after_deletion);

    app()->housekeep();

    EXPECT_EQ(number("SELECT count(*) FROM servers"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM audit_records WHERE action = 'server.purge'"), 1050);
}

TEST_P(Housekeeping, WholeLogsOfRunsGoBeforeTheRunsAndTheLatestRunStays) {
    delete_servers(1);
    auto const owner = id_of(bob);
    app().database().write_now([&](Tx& tx) {
        auto const now = app().clock.now();
        auto const server = tx.first("SELECT id FROM servers", {}, [](Row const& row) { return row.id(0); });
        auto const task = app()->ids().make(now);
        tx.execute(
            "INSERT INTO backups (id, server, name, kind, schedule, timezone, jitter_seconds, grace_seconds, "
            "retention, drill, enabled, severity, state, state_reason, created_at, updated_at, owner, "
            "ping_key, "
            "outcome, version, search_text) VALUES ($1, $2, 'nightly', 'external', '@daily', 'UTC', 0, 0, "
            "'{}', "
            "'off', $3, 2, 'pending', '', $4, $4, $5, $1, 'pending', 1, '')",
            {task, *server, true, now, owner});
        for (int i = 0; i < 3; ++i) {
            auto const run = app()->ids().make(now);
            tx.execute(
                "INSERT INTO runs (id, task, server, kind, \"trigger\", state, queued_at, error, log_tail, "
                "log_bytes, owner, version) VALUES ($1, $2, $3, 'backup', 'ping', 'success', $4, '', 'the "
                "end', "
                "7, $5, 1)",
                {run, task, *server, now, owner});
            tx.execute("INSERT INTO run_logs (run, text) VALUES ($1, 'whole')", {run});
        }
        tx.execute("UPDATE servers SET deleted_at = NULL, version = version + 1");
    });

    app().clock.advance(std::chrono::days{91});
    app()->housekeep();
    EXPECT_EQ(number("SELECT count(*) FROM run_logs"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 3);

    app().clock.advance(std::chrono::days{310});
    app()->housekeep();
    EXPECT_EQ(number("SELECT count(*) FROM runs"), 1);
}

TEST_P(Housekeeping, WhenOnePurgeFailsTheOthersGoOn) {
    as(bob);
    as(mallory);
    delete_servers(1);
    ASSERT_EQ(number("SELECT count(*) FROM sessions"), 2);
    app().clock.advance(kept_after_deletion + std::chrono::days{1});
    app().database().write_now([&](Tx& tx) {
        tx.run_script(
            GetParam() == Engine::sqlite
                ? "CREATE TRIGGER fault BEFORE DELETE ON servers BEGIN SELECT RAISE(ABORT, 'no'); END"
                : "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;"
                  "CREATE TRIGGER fault BEFORE DELETE ON servers FOR EACH ROW EXECUTE FUNCTION fault()");
    });

    app()->housekeep();

    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM sessions"), 0);
}

TEST_P(Housekeeping, AServerThatStopsPurgesNoMore) {
    delete_servers(1);
    app().clock.advance(kept_after_deletion);
    app()->begin_draining();

    app()->housekeep();

    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
}

}  // namespace
}  // namespace securestack::test
