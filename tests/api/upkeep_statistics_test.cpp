// The planner's statistics are gathered once a day, of large tables, and every connection learns of them.
#include <gtest/gtest.h>

#include "api/upkeep_fixture.hpp"
#include "upkeep/retention.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;

class PlannerStatistics : public UpkeepTest {
  protected:
    void SetUp() override {
        UpkeepTest::SetUp();
        if (IsSkipped()) return;
        run("CREATE TABLE things (id INTEGER PRIMARY KEY, kind INTEGER, number INTEGER);"
            "CREATE INDEX things_by_kind ON things (kind);"
            "CREATE INDEX things_by_number ON things (number)");
    }
    void run(std::string const& script) {
        database().write_now([&](Tx& tx) { tx.run_script(script); });
    }
    void fill(int rows) {
        run("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(rows) + ") INSERT INTO things SELECT i, i, i % 2 FROM n");
    }
    bool are_known() {
        return number("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") > 0 &&
               number("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'things'") > 0;
    }
    std::string plan() {
        return database().read_now([](Tx& tx) {
            tx.query("SELECT id FROM things LIMIT 1", {}, [](Row const&) {});
            return tx
                .first("EXPLAIN QUERY PLAN SELECT * FROM things WHERE number = 1 AND kind = 1", {},
                       [](Row const& row) { return std::string{row.text(3)}; })
                .value();
        });
    }
};
// PostgreSQL gathers its own.
INSTANTIATE_TEST_SUITE_P(Engines, PlannerStatistics, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(PlannerStatistics, AreOfLargeTablesOnly) {
    fill(500);
    planner_statistics(database(), clock).batch();
    EXPECT_FALSE(are_known());

    run("DELETE FROM things");
    fill(15'000);
    planner_statistics(database(), clock).batch();
    EXPECT_TRUE(are_known());
}

TEST_P(PlannerStatistics, AreGatheredOnceADay) {
    auto const statistics = planner_statistics(database(), clock);
    EXPECT_FALSE(statistics.batch());
    fill(15'000);

    clock.advance(23h);
    statistics.batch();
    EXPECT_FALSE(are_known());

    clock.advance(1h);
    statistics.batch();
    EXPECT_TRUE(are_known());
}

TEST_P(PlannerStatistics, ReachReadersThatKnewOlderOnes) {
    auto const statistics = planner_statistics(database(), clock);
    fill(15'000);
    statistics.batch();
    EXPECT_TRUE(plan().contains("things_by_kind")) << plan();
    run("UPDATE things SET number = id, kind = id % 2");

    clock.advance(24h);
    statistics.batch();

    EXPECT_TRUE(plan().contains("things_by_number")) << plan();
}

}  // namespace
}  // namespace securestack::test
