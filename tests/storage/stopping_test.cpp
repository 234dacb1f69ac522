// Units for which nobody waits any more, on both engines.
#include <future>
#include <latch>
#include <thread>

#include <gmock/gmock.h>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using Kind = DatabaseError::Kind;

class Stopping : public AccountsTest {
  protected:
    // As a unit of bulk work would fare.
    std::future<void> submit(UnitKind kind, Database::Work work) {
        auto const done = std::make_shared<std::promise<void>>();
        db()->submit(kind, std::move(work), [done](std::exception_ptr error) {
            error ? done->set_exception(std::move(error)) : done->set_value();
        });
        return done->get_future();
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Stopping, each_engine, engine_name);

TEST_P(Stopping, WhatIsStoppedBetweenItsStatementsLeavesNothing) {
    std::stop_source stop;
    auto outcome = submit(UnitKind::bulk, [&](Tx& tx) {
        tx.run_until(stop.get_token());
        add(tx, "alice");
        stop.request_stop();
        add(tx, "bob");
    });

    EXPECT_EQ(kind_of([&] { outcome.get(); }), Kind::interrupted);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Stopping, WhatIsStoppedBeforeItsCommitIsNotCommitted) {
    std::stop_source stop;
    auto outcome = submit(UnitKind::bulk, [&](Tx& tx) {
        tx.run_until(stop.get_token());
        add(tx, "alice");
        stop.request_stop();
    });

    EXPECT_EQ(kind_of([&] { outcome.get(); }), Kind::interrupted);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Stopping, WhatIsStoppedWhileItWaitsIsNotBegun) {
    std::stop_source stop;
    stop.request_stop();
    auto outcome = submit(UnitKind::bulk, [&](Tx& tx) {
        tx.run_until(stop.get_token());
        add(tx, "alice");
    });

    EXPECT_EQ(kind_of([&] { outcome.get(); }), Kind::interrupted);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Stopping, AStatementUnderWayIsInterrupted) {
    std::stop_source stop;
    std::latch begun{1};
    auto outcome = submit(UnitKind::bulk, [&](Tx& tx) {
        tx.run_until(stop.get_token());
        add(tx, "alice");
        begun.count_down();
        tx.execute(
            "INSERT INTO accounts (name, balance) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
            "FROM n "
            "WHERE i < 1000000000) SELECT CAST(count(*) AS text), 0 FROM n");
    });
    begun.wait();
    stop.request_stop();

    EXPECT_THROW(outcome.get(), DatabaseError);
    EXPECT_THAT(names(), ::testing::IsEmpty());
    db()->write_now([](Tx& tx) { add(tx, "carol"); });
    EXPECT_THAT(names(), ::testing::ElementsAre("carol"));
}

TEST_P(Stopping, OthersThatWaitedWithItAreServed) {
    std::stop_source stop;
    auto stopped = submit(UnitKind::bulk, [&](Tx& tx) {
        tx.run_until(stop.get_token());
        add(tx, "alice");
        stop.request_stop();
    });
    auto other = submit(UnitKind::write, [](Tx& tx) { add(tx, "bob"); });
    auto long_one = submit(UnitKind::bulk, [](Tx& tx) { add(tx, "carol"); });

    EXPECT_THROW(stopped.get(), DatabaseError);
    EXPECT_NO_THROW(other.get());
    EXPECT_NO_THROW(long_one.get());
    EXPECT_THAT(names(), ::testing::ElementsAre("bob", "carol"));
}

}  // namespace
}  // namespace securestack::test
