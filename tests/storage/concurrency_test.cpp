// Many threads at once, on both engines.
#include <atomic>
#include <functional>
#include <thread>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

class Concurrency : public AccountsTest {};

void in_threads(int count, std::function<void(int)> const& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

TEST_P(Concurrency, NoIncrementIsLost) {
    constexpr int threads = 8;
    constexpr int rounds = 25;
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
    std::atomic<int> succeeded = 0;
    in_threads(threads, [&](int) {
        for (int i = 0; i < rounds; ++i) {
            auto const increment = [](Tx& tx) {
                auto const now = tx.first("SELECT balance FROM accounts WHERE name = 'alice'", {},
                                          [](Row const& row) { return row.integer(0); });
                tx.execute("UPDATE accounts SET balance = $1 WHERE name = 'alice'", {now.value() + 1});
            };
            try {
                db()->write_now(increment);
                ++succeeded;
            } catch (DatabaseError const& error) {
                // Contention may outlast the retries; such a write is refused, not lost.
                EXPECT_EQ(error.kind(), DatabaseError::Kind::serialization);
            }
        }
    });
    EXPECT_EQ(balance("alice"), succeeded);
    EXPECT_GT(succeeded, threads * rounds / 2);
}

TEST_P(Concurrency, ADecisionOnWhatWasReadHolds) {
    // Write skew: each transaction reads both rows and empties one, which must not leave both empty.
    db()->write_now([](Tx& tx) {
        add(tx, "alice", 1);
        add(tx, "bob", 1);
    });
    in_threads(2, [&](int i) {
        auto const withdraw = [i](Tx& tx) {
            auto const total = tx.first("SELECT CAST(sum(balance) AS BIGINT) FROM accounts", {},
                                        [](Row const& row) { return row.integer(0); });
            if (total.value() < 2) return;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            tx.execute("UPDATE accounts SET balance = 0 WHERE name = $1", {i == 0 ? "alice" : "bob"});
        };
        db()->write_now(withdraw);
    });
    EXPECT_EQ(balance("alice") + balance("bob"), 1);
}

TEST_P(Concurrency, ReadersSeeOnlyWholeTransactions) {
    db()->write_now([](Tx& tx) {
        add(tx, "alice", 100);
        add(tx, "bob", 0);
    });
    std::atomic<bool> stop = false;
    std::jthread const writer([&] {
        while (!stop) {
            db()->write_now([](Tx& tx) {
                tx.execute("UPDATE accounts SET balance = balance - 1 WHERE name = 'alice'");
                tx.execute("UPDATE accounts SET balance = balance + 1 WHERE name = 'bob'");
            });
        }
    });
    for (int i = 0; i < 200; ++i) {
        auto const total = db()->read_now([](Tx& tx) {
            std::int64_t sum = 0;
            for (auto const* name : {"alice", "bob"}) {
                sum += tx.first("SELECT balance FROM accounts WHERE name = $1", {name}, [](Row const& row) {
                             return row.integer(0);
                         }).value();
            }
            return sum;
        });
        EXPECT_EQ(total, 100);
    }
    stop = true;
}

INSTANTIATE_TEST_SUITE_P(Engines, Concurrency, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
