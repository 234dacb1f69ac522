// PostgreSQL's connections break and come back.
#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using Kind = DatabaseError::Kind;

class Outage : public AccountsTest {
  protected:
    // From a second Database: ends every other connection of the test's schema.
    void terminate_connections() {
        auto const other = database->open_another({.readers = 1});
        other->write_now([](Tx& tx) {
            tx.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid "
                "<> "
                "pg_backend_pid()",
                {"victim"}, [](Row const&) {});
        });
    }

    void reopen_as_victim() {
        auto const url = Secret{database->url().reveal() + "&application_name=victim"};
        victim = open_database(url, {.readers = 1}, *log);
    }

    std::unique_ptr<Log> const log = make_null_log();
    std::unique_ptr<Database> victim;
};

TEST_P(Outage, ABrokenIdleConnectionIsReplacedUnnoticed) {
    reopen_as_victim();
    victim->write_now([](Tx& tx) { add(tx, "alice"); });
    EXPECT_TRUE(victim->probe());
    terminate_connections();
    victim->write_now([](Tx& tx) { add(tx, "bob"); });
    EXPECT_TRUE(victim->probe());
    EXPECT_EQ(names(), (std::vector<std::string>{"alice", "bob"}));
}

// A standby, or a primary that was made one.
TEST_P(Outage, AServerThatTakesNoWritesIsNotTheDatabase) {
    auto const url = database->url().reveal() + "&options=-c%20default_transaction_read_only%3D";

    EXPECT_EQ(kind_of([&] { open_database(Secret{url + "on"}, {.readers = 1}, *log); }), Kind::unavailable);
    EXPECT_NO_THROW(open_database(Secret{url + "off"}, {.readers = 1}, *log));
}

TEST_P(Outage, AWriteWhoseConnectionBreaksBeforeTheCommitIsRunAgain) {
    reopen_as_victim();
    int runs = 0;
    victim->write_now([&](Tx& tx) {
        add(tx, "alice");
        if (++runs == 1) terminate_connections();
        add(tx, "bob");
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(victim->stats().retries, 1U);
    EXPECT_EQ(names(), (std::vector<std::string>{"alice", "bob"}));
}

TEST_P(Outage, AWriteWhoseConnectionBreaksInTheCommitIsNotRunAgain) {
    reopen_as_victim();
    int runs = 0;
    auto const work = [&](Tx& tx) {
        ++runs;
        add(tx, "alice");
        terminate_connections();
    };
    EXPECT_EQ(kind_of([&] { victim->write_now(work); }), Kind::unavailable);
    EXPECT_EQ(runs, 1);
}

TEST_P(Outage, ASerializationFailureThatTheWorkMistakesForSomethingElseIsRunAgain) {
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
    auto const other = database->open_another({.readers = 1});
    int runs = 0;
    db()->write_now([&](Tx& tx) {
        auto const now =
            tx.first("SELECT balance FROM accounts", {}, [](Row const& row) { return row.integer(0); });
        if (++runs == 1)
            other->write_now([](Tx& theirs) { theirs.execute("UPDATE accounts SET balance = 10"); });
        try {
            tx.execute("UPDATE accounts SET balance = $1", {now.value() + 1});
        } catch (DatabaseError const&) {
            throw std::runtime_error("mistaken");
        }
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(balance("alice"), 11);
}

TEST_P(Outage, AStatementThatASchemaChangeMadeInvalidIsPreparedAnew) {
    reopen_as_victim();
    auto const columns = [](Tx& tx) {
        int seen = 0;
        tx.query("SELECT * FROM accounts", {}, [&](Row const& row) { seen = row.is_null(2) ? 3 : 0; });
        return seen;
    };
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
    victim->write_now([](Tx& tx) { tx.query("SELECT * FROM accounts", {}, [](Row const&) {}); });
    victim->read_now([](Tx& tx) { tx.query("SELECT * FROM accounts", {}, [](Row const&) {}); });
    db()->write_now([](Tx& tx) { tx.run_script("ALTER TABLE accounts ADD COLUMN note text"); });
    EXPECT_EQ(victim->write_now(columns), 3);
    EXPECT_EQ(victim->stats().retries, 1U);
    EXPECT_EQ(kind_of([&] { victim->read_now(columns); }), Kind::serialization);  // reads are not run again
    EXPECT_EQ(victim->read_now(columns), 3);
}

INSTANTIATE_TEST_SUITE_P(Engines, Outage, ::testing::Values(Engine::postgresql), engine_name);

}  // namespace
}  // namespace securestack::test
