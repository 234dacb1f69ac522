// Units, savepoints, rows, queues and deadlines, on both engines.
#include <future>
#include <latch>
#include <thread>

#include <gmock/gmock.h>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;
using Kind = DatabaseError::Kind;

class Transactions : public AccountsTest {};

TEST_P(Transactions, AThrownExceptionLeavesNothing) {
    auto const work = [](Tx& tx) {
        add(tx, "alice");
        throw std::runtime_error("changed my mind");
    };
    EXPECT_THROW(db()->write_now(work), std::runtime_error);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Transactions, ASwallowedErrorIsNotCommitted) {
    auto const work = [](Tx& tx) {
        add(tx, "alice");
        try {
            add(tx, "alice");
        } catch (DatabaseError const&) {
        }
    };
    EXPECT_EQ(kind_of([&] { db()->write_now(work); }), Kind::unique);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Transactions, AnAttemptTakesBackOnlyItself) {
    db()->write_now([](Tx& tx) {
        add(tx, "alice");
        EXPECT_THROW(tx.attempt([&] {
            add(tx, "bob");
            add(tx, "alice");
        }),
                     DatabaseError);
        add(tx, "carol");
    });
    EXPECT_THAT(names(), ::testing::ElementsAre("alice", "carol"));
}

TEST_P(Transactions, AttemptsNest) {
    db()->write_now([](Tx& tx) {
        tx.attempt([&] {
            add(tx, "alice");
            EXPECT_THROW(tx.attempt([&] { add(tx, "alice"); }), DatabaseError);
            tx.attempt([&] { add(tx, "bob"); });
        });
    });
    EXPECT_THAT(names(), ::testing::ElementsAre("alice", "bob"));
}

TEST_P(Transactions, ActionsRunAfterTheCommitAndBeforeDone) {
    std::vector<std::string> order;
    std::promise<void> finished;
    db()->write(
        [&](Tx& tx) {
            tx.on_commit([&] { order.push_back("action"); });
            add(tx, "alice");
        },
        [&](std::exception_ptr) {
            order.push_back("done");
            finished.set_value();
        });
    finished.get_future().wait();
    EXPECT_THAT(order, ::testing::ElementsAre("action", "done"));
}

TEST_P(Transactions, ActionsOfWhatWasTakenBackDoNotRun) {
    std::vector<std::string> ran;
    auto const attempt = [&](Tx& tx) {
        tx.on_commit([&] { ran.push_back("kept"); });
        EXPECT_THROW(tx.attempt([&] {
            tx.on_commit([&] { ran.push_back("taken back"); });
            throw std::runtime_error("no");
        }),
                     std::runtime_error);
    };
    db()->write_now(attempt);
    auto const failing = [&](Tx& tx) {
        tx.on_commit([&] { ran.push_back("rolled back"); });
        throw std::runtime_error("no");
    };
    EXPECT_THROW(db()->write_now(failing), std::runtime_error);
    EXPECT_THAT(ran, ::testing::ElementsAre("kept"));
}

TEST_P(Transactions, ExecuteCountsTheRowsItChanged) {
    db()->write_now([](Tx& tx) {
        for (auto const* name : {"alice", "bob", "carol"}) EXPECT_EQ(add(tx, name), 1);
        EXPECT_EQ(tx.execute("UPDATE accounts SET balance = 5 WHERE name < $1", {"c"}), 2);
        EXPECT_EQ(tx.execute("CREATE TABLE other (n BIGINT)"), 0);
        EXPECT_EQ(tx.execute("DELETE FROM accounts WHERE name = $1", {"mallory"}), 0);
    });
}

TEST_P(Transactions, AStatementMayRunInsideTheRowsOfAnotherAndOfItself) {
    db()->write_now([](Tx& tx) {
        for (int i = 0; i < 50; ++i) add(tx, "user-" + std::to_string(i));
    });
    int pairs = 0;
    db()->read_now([&](Tx& tx) {
        constexpr auto all = "SELECT name FROM accounts";
        tx.query(all, {}, [&](Row const&) { tx.query(all, {}, [&](Row const&) { ++pairs; }); });
    });
    EXPECT_EQ(pairs, 2500);
}

TEST_P(Transactions, AnExceptionFromARowLeavesTheTransactionUsable) {
    auto const seen = db()->write_now([](Tx& tx) {
        add(tx, "alice");
        add(tx, "bob");
        auto const stop = [](Row const&) { throw std::runtime_error("enough"); };
        EXPECT_THROW(tx.query("SELECT name FROM accounts", {}, stop), std::runtime_error);
        return tx.first("SELECT count(*) FROM accounts", {}, [](Row const& row) { return row.integer(0); });
    });
    EXPECT_EQ(seen, 2);
}

TEST_P(Transactions, MoreStatementsThanTheCacheHoldsWork) {
    db()->read_now([](Tx& tx) {
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < 300; ++i) {
                auto const sql = "SELECT CAST(" + std::to_string(i) + " AS BIGINT)";
                EXPECT_EQ(tx.first(sql, {}, [](Row const& row) { return row.integer(0); }), i);
            }
        }
    });
}

TEST_P(Transactions, AReadCannotWrite) {
    EXPECT_THROW(db()->read_now([](Tx& tx) { add(tx, "alice"); }), DatabaseError);
    EXPECT_THAT(names(), ::testing::IsEmpty());
}

TEST_P(Transactions, AReadSeesOneMoment) {
    auto const counts = db()->read_now([&](Tx& tx) {
        auto const count = [&] {
            return tx.first("SELECT count(*) FROM accounts", {},
                            [](Row const& row) { return row.integer(0); });
        };
        auto const before = count();
        // From another thread: read_now and write_now must not be called on a database thread of the same
        // database.
        std::async(std::launch::async, [&] {
            db()->write_now([](Tx& other) { add(other, "alice"); });
        }).get();
        return std::pair{before, count()};
    });
    EXPECT_EQ(counts.first, counts.second);
    EXPECT_THAT(names(), ::testing::ElementsAre("alice"));
}

TEST_P(Transactions, AFullQueueRefusesAtOnce) {
    database->reopen({.readers = 1, .queue = 2});
    std::latch started{1};
    std::latch release{1};
    db()->write(
        [&](Tx&) {
            started.count_down();
            release.wait();
        },
        [](std::exception_ptr) {});
    started.wait();
    for (int i = 0; i < 2; ++i) db()->write([](Tx&) {}, [](std::exception_ptr) {});
    std::exception_ptr refused;
    db()->write([](Tx&) {}, [&](std::exception_ptr error) { refused = error; });
    release.count_down();
    db()->close();
    EXPECT_EQ(kind_of([&] { std::rethrow_exception(refused); }), Kind::unavailable);
}

TEST_P(Transactions, ARunawayStatementIsInterrupted) {
    database->reopen({.readers = 1, .deadline = 100ms});
    constexpr auto runaway =
        "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t WHERE n < 0";
    auto const run = [](Tx& tx) { tx.query(runaway, {}, [](Row const&) {}); };
    EXPECT_EQ(kind_of([&] { db()->read_now(run); }), Kind::interrupted);
    EXPECT_EQ(kind_of([&] { db()->write_now(run); }), Kind::interrupted);
    EXPECT_TRUE(db()->probe());
}

TEST_P(Transactions, TheDatabaseIsReachableThoughEveryThreadIsBusy) {
    database->reopen({.readers = 1});
    std::latch started{2};
    std::latch release{1};
    auto const busy = [&](Tx&) {
        started.count_down();
        release.wait();
    };
    db()->read(busy, [](std::exception_ptr) {});
    db()->write(busy, [](std::exception_ptr) {});
    started.wait();
    EXPECT_TRUE(db()->probe());
    release.count_down();
    db()->close();
    EXPECT_FALSE(db()->probe());
}

TEST_P(Transactions, WorkThatWaitedPastItsDeadlineIsNotBegun) {
    database->reopen({.readers = 1, .deadline = 50ms});
    std::latch started{1};
    db()->write(
        [&](Tx&) {
            started.count_down();
            std::this_thread::sleep_for(100ms);
        },
        [](std::exception_ptr) {});
    started.wait();
    bool begun = false;
    EXPECT_EQ(kind_of([&] { db()->write_now([&](Tx&) { begun = true; }); }), Kind::unavailable);
    EXPECT_FALSE(begun);
}

TEST_P(Transactions, CloseFinishesWhatIsQueuedAndRefusesTheRest) {
    std::atomic<int> committed = 0;
    for (int i = 0; i < 20; ++i) {
        db()->write([i](Tx& tx) { add(tx, "user-" + std::to_string(i)); },
                    [&](std::exception_ptr error) { committed += error == nullptr ? 1 : 0; });
    }
    db()->close();
    EXPECT_EQ(committed, 20);
    EXPECT_EQ(kind_of([&] { db()->write_now([](Tx&) {}); }), Kind::unavailable);
    database->reopen();
    EXPECT_EQ(names().size(), 20U);
}

TEST_P(Transactions, TheObserverHearsOfEveryUnit) {
    std::atomic<int> reads = 0;
    std::atomic<int> writes = 0;
    DatabaseOptions options;
    options.observer = [&](bool write, std::chrono::nanoseconds, std::chrono::nanoseconds) {
        ++(write ? writes : reads);
    };
    database->reopen(options);
    db()->write_now([](Tx&) {});
    db()->read_now([](Tx&) {});
    db()->close();
    EXPECT_EQ(reads, 1);
    EXPECT_EQ(writes, 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, Transactions, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
