// Migrations, on both engines.
#include "storage/migrate.hpp"

#include <array>
#include <thread>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using Kind = DatabaseError::Kind;

std::vector<Migration> const three{
    {1, "fruit",
     "CREATE TABLE fruit (name {text} NOT NULL PRIMARY KEY){strict}; INSERT INTO fruit VALUES ('apple');"},
    {2, "colour", "ALTER TABLE fruit ADD COLUMN colour {text}; UPDATE fruit SET colour = 'red';"},
    {3, "more", "INSERT INTO fruit VALUES ('pear', 'green');"}};

class Migrations : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (!IsSkipped()) db.emplace(GetParam());
    }
    MigrationReport run(std::span<Migration const> known) { return migrate(**db, known, *log); }
    std::int64_t fruits() {
        return (*db)->read_now([](Tx& tx) {
            return tx.first("SELECT count(*) FROM fruit", {}, [](Row const& row) { return row.integer(0); })
                .value();
        });
    }

    std::unique_ptr<Log> const log = make_null_log();
    std::optional<TestDatabase> db;
};

TEST_P(Migrations, AnEmptyDatabaseHasVersionZeroAndTakesAll) {
    EXPECT_EQ(schema_version(**db), 0);
    auto const report = run(three);
    EXPECT_EQ(report.from, 0);
    EXPECT_EQ(report.to, 3);
    EXPECT_EQ(schema_version(**db), 3);
    EXPECT_EQ(fruits(), 2);
}

TEST_P(Migrations, WhatIsAppliedIsNotAppliedAgain) {
    run(std::span{three}.first(2));
    auto const report = run(three);
    EXPECT_EQ(report.from, 2);
    EXPECT_EQ(report.to, 3);
    EXPECT_EQ(run(three).from, 3);
    EXPECT_EQ(fruits(), 2);
}

TEST_P(Migrations, ANewerSchemaIsRefusedWithAdvice) {
    run(three);
    try {
        run(std::span{three}.first(2));
        FAIL() << "a newer schema was accepted";
    } catch (DatabaseError const& error) {
        EXPECT_EQ(error.kind(), Kind::schema);
        EXPECT_TRUE(std::string_view{error.what()}.contains("version 3")) << error.what();
    }
}

TEST_P(Migrations, AChangedMigrationIsRefused) {
    run(three);
    auto changed = three;
    changed[0].sql += " ";
    EXPECT_EQ(kind_of([&] { run(changed); }), Kind::schema);
}

TEST_P(Migrations, AMigrationThatFailsLeavesNothingOfItself) {
    auto broken = three;
    broken[1].sql += " SELECT nonsense FROM nowhere;";
    EXPECT_EQ(kind_of([&] { run(broken); }), Kind::schema);
    EXPECT_EQ(schema_version(**db), 1);
    EXPECT_EQ(run(three).from, 1);
}

TEST_P(Migrations, TwoReplicasMayStartAtOnce) {
    std::array<std::unique_ptr<Database>, 3> replicas;
    for (auto& replica : replicas) replica = db->open_another({.readers = 1});
    {
        std::vector<std::jthread> threads;
        for (auto& replica : replicas)
            threads.emplace_back([&] { EXPECT_EQ(migrate(*replica, three, *log).to, 3); });
    }
    EXPECT_EQ(fruits(), 2);
}

TEST_P(Migrations, TheProgramsOwnMigrationsApply) {
    auto const report = migrate(**db, *log);
    EXPECT_EQ(report.to, migrations(GetParam()).back().number);
}

// On SQLite they move to a table whose outcome is checked otherwise.
TEST_P(Migrations, AuditRecordsStayAsTheyAreAndCannotBeChanged) {
    auto const known = migrations(GetParam());
    run(std::span{known}.first(21));
    IdSource ids;
    std::array const written{ids.make(Time{}), ids.make(Time{})};
    auto const add = [&](Tx& tx, Id id, std::string const& outcome) {
        tx.execute(
            "INSERT INTO audit_records (id, at, actor, action, object, outcome, api_key_id) "
            "VALUES ($1, 1, '{}', 'server.create', '{\"id\": 1}', $2, $1)",
            {id, outcome});
    };
    (*db)->write_now([&](Tx& tx) {
        add(tx, written[1], "denied");
        add(tx, written[0], "success");
    });

    run(known);

    std::vector<std::string> found;
    (*db)->read_now([&](Tx& tx) {
        tx.query(
            "SELECT outcome, object FROM audit_records WHERE api_key_id = id ORDER BY id", {},
            [&](Row const& row) { found.push_back(std::string{row.text(0)} + std::string{row.text(1)}); });
    });
    EXPECT_EQ(found, (std::vector<std::string>{"success{\"id\": 1}", "denied{\"id\": 1}"}));
    for (auto const* statement :
         {"DELETE FROM audit_records", "UPDATE audit_records SET outcome = 'failure'"}) {
        EXPECT_THROW((*db)->write_now([&](Tx& tx) { tx.execute(statement, {}); }), DatabaseError)
            << statement;
    }
    auto const with = [&](std::string const& outcome) {
        (*db)->write_now([&](Tx& tx) { add(tx, ids.make(Time{}), outcome); });
    };
    EXPECT_NO_THROW(with("failure"));
    EXPECT_THROW(with("perhaps"), DatabaseError);
}

INSTANTIATE_TEST_SUITE_P(Engines, Migrations, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
