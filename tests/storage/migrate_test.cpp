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

INSTANTIATE_TEST_SUITE_P(Engines, Migrations, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
