// Reads so quick that their caller runs them.
#include <future>
#include <latch>
#include <thread>

#include <gmock/gmock.h>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using Kind = DatabaseError::Kind;

std::int64_t read_balance(Tx& tx, std::string const& name) {
    auto const found = tx.first("SELECT balance FROM accounts WHERE name = $1", {name},
                                [](Row const& row) { return row.integer(0); });
    return found.value_or(-1);
}

class Lookup : public AccountsTest {
  protected:
    // How it ended; `done` may come on any thread.
    std::future<void> look_up(Database::Work work) {
        auto ended = std::make_shared<std::promise<void>>();
        auto future = ended->get_future();
        db()->look_up(std::move(work), [ended](std::exception_ptr error) {
            error ? ended->set_exception(error) : ended->set_value();
        });
        return future;
    }
};

TEST_P(Lookup, SeesWhatIsCommitted) {
    std::int64_t seen = 0;
    db()->write_now([](Tx& tx) { add(tx, "alice", 7); });
    look_up([&](Tx& tx) { seen = read_balance(tx, "alice"); }).get();
    EXPECT_EQ(seen, 7);
}

TEST_P(Lookup, WritesNothing) {
    auto const ended = look_up([](Tx& tx) { add(tx, "mallory"); });
    ended.wait();
    EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_P(Lookup, TellsItsFailure) {
    auto ended = look_up([](Tx& tx) { tx.execute("SELECT nothing FROM nowhere"); });
    EXPECT_THROW(ended.get(), DatabaseError);
    EXPECT_NO_THROW(look_up([](Tx& tx) { read_balance(tx, "alice"); }).get());
}

TEST_P(Lookup, WithinAnotherOnesEnd) {
    std::promise<std::int64_t> seen;
    db()->write_now([](Tx& tx) { add(tx, "alice", 7); });
    db()->look_up([](Tx&) {},
                  [&](std::exception_ptr) {
                      auto found = std::make_shared<std::int64_t>(0);
                      db()->look_up([found](Tx& tx) { *found = read_balance(tx, "alice"); },
                                    [&, found](std::exception_ptr) { seen.set_value(*found); });
                  });
    EXPECT_EQ(seen.get_future().get(), 7);
}

INSTANTIATE_TEST_SUITE_P(Engines, Lookup, each_engine, engine_name);

class SqliteLookup : public Lookup {};

TEST_P(SqliteLookup, IsRunByItsCaller) {
    auto const here = std::this_thread::get_id();
    std::vector<std::thread::id> seen;
    db()->look_up([&](Tx&) { seen.push_back(std::this_thread::get_id()); },
                  [&](std::exception_ptr) { seen.push_back(std::this_thread::get_id()); });
    EXPECT_THAT(seen, testing::ElementsAre(here, here));
}

// Its caller has others to serve.
TEST_P(SqliteLookup, ThatTakesLongIsRunAgainByAReader) {
    std::vector<std::thread::id> runs;
    look_up([&](Tx& tx) {
        runs.push_back(std::this_thread::get_id());
        auto const counted = tx.first(
            "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 300000) "
            "SELECT count(*) FROM t",
            {}, [](Row const& row) { return row.integer(0); });
        EXPECT_EQ(counted, 300'000);
    }).get();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0], std::this_thread::get_id());
    EXPECT_NE(runs[1], std::this_thread::get_id());
}

TEST_P(SqliteLookup, ThatTakesLongOverItsRowsIsRunAgainByAReader) {
    db()->write_now([](Tx& tx) {
        for (auto const* name : {"alice", "bob", "carol"}) add(tx, name);
    });
    std::vector<std::thread::id> runs;
    int rows = 0;
    look_up([&](Tx& tx) {
        runs.push_back(std::this_thread::get_id());
        rows = 0;
        tx.query("SELECT name FROM accounts", {}, [&](Row const&) {
            ++rows;
            std::this_thread::sleep_for(std::chrono::milliseconds{3});
        });
    }).get();
    EXPECT_EQ(rows, 3);
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_NE(runs[1], std::this_thread::get_id());
}

TEST_P(SqliteLookup, WaitsForAReaderWhenOthersAreUnderWay) {
    auto const other = database->open_another({.readers = 1, .lookups = 1});
    std::latch first_runs{1};
    std::latch second_ended{1};
    std::jthread const first{[&] {
        other->look_up(
            [&](Tx&) {
                first_runs.count_down();
                second_ended.wait();
            },
            [](std::exception_ptr) {});
    }};
    first_runs.wait();
    std::thread::id ran;
    other->look_up([&](Tx&) { ran = std::this_thread::get_id(); },
                   [&](std::exception_ptr) { second_ended.count_down(); });
    second_ended.wait();
    EXPECT_NE(ran, std::this_thread::get_id());
    EXPECT_NE(ran, first.get_id());
}

INSTANTIATE_TEST_SUITE_P(Engines, SqliteLookup, ::testing::Values(Engine::sqlite), engine_name);

}  // namespace
}  // namespace securestack::test
