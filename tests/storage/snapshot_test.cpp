// Copies of a whole database, taken while it is written to, and the way back.
#include "storage/snapshot.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "support/test_database.hpp"

namespace securestack::test {
namespace {

using ::testing::HasSubstr;

bool keep_going(std::uint64_t, std::uint64_t) {
    return true;
}

std::string message_of(auto const& work) {
    try {
        work();
    } catch (DatabaseError const& error) {
        return error.what();
    }
    return "nothing was thrown";
}

class Snapshots : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        database_ = std::make_unique<TestDatabase>(GetParam(), Schema::migrated);
        auto pattern = (std::filesystem::temp_directory_path() / "securestack-test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override {
        if (!directory_.empty()) std::filesystem::remove_all(directory_);
    }

    std::filesystem::path empty_file(std::string const& name) const {
        std::ofstream{directory_ / name};
        return directory_ / name;
    }
    void add_row(int number) {
        (*database_)->write_now([&](Tx& tx) {
            tx.execute("INSERT INTO setup_tokens (digest, created_at, expires_at) VALUES ($1, 1, 2)",
                       {Bytes{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)}});
        });
    }

    std::unique_ptr<TestDatabase> database_;
    std::filesystem::path directory_;
};
INSTANTIATE_TEST_SUITE_P(Engines, Snapshots, each_engine, engine_name);

TEST_P(Snapshots, CountWhatTheyHold) {
    for (int i = 0; i < 25; ++i) add_row(i);

    auto const snapshot = take_snapshot(database_->url(), empty_file("copy"), keep_going);

    EXPECT_EQ(snapshot.engine, GetParam());
    EXPECT_EQ(snapshot.rows.at("setup_tokens"), 25);
    EXPECT_EQ(snapshot.rows.at("schema_migrations"), snapshot.schema_version);
    EXPECT_GT(std::filesystem::file_size(directory_ / "copy"), 0U);
}

TEST_P(Snapshots, TakenUnderWritesAreOfOneMoment) {
    std::atomic<bool> stop = false;
    std::thread writer{[&] {
        for (int i = 0; !stop; ++i) add_row(i);
    }};

    // Counts of the source and of the copy are compared inside: a torn copy throws.
    for (int i = 0; i < 2; ++i)
        EXPECT_NO_THROW(take_snapshot(database_->url(), empty_file("copy" + std::to_string(i)), keep_going));

    stop = true;
    writer.join();
}

TEST_P(Snapshots, ADatabaseThatHoldsSomethingIsNotEmpty) {
    auto const snapshot = take_snapshot(database_->url(), empty_file("copy"), keep_going);

    auto const refused = message_of([&] { require_empty(database_->url(), snapshot); });

    EXPECT_THAT(refused, HasSubstr("not empty"));
}

TEST_P(Snapshots, AnEmptyDatabaseIsNothingToCopy) {
    TestDatabase const empty{GetParam()};

    auto const refused = message_of([&] { take_snapshot(empty.url(), empty_file("copy"), keep_going); });

    EXPECT_THAT(refused, HasSubstr("nothing to copy"));
}

TEST_P(Snapshots, ACopyOfOneEngineDoesNotComeIntoTheOther) {
    TestDatabase const empty{GetParam()};
    Snapshot const other{.engine = GetParam() == Engine::sqlite ? Engine::postgresql : Engine::sqlite};

    EXPECT_THAT(message_of([&] { require_empty(empty.url(), other); }), HasSubstr("cannot come into"));
}

TEST_P(Snapshots, WhoSaysStopGetsNoCopy) {
    auto const stopped = message_of([&] {
        take_snapshot(database_->url(), empty_file("copy"),
                      [](std::uint64_t, std::uint64_t) { return false; });
    });

    EXPECT_THAT(stopped, HasSubstr("stopped"));
}

class SqliteSnapshot : public Snapshots {};
INSTANTIATE_TEST_SUITE_P(Engines, SqliteSnapshot, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(SqliteSnapshot, ComesBackAsItWas) {
    for (int i = 0; i < 25; ++i) add_row(i);
    auto const copy = empty_file("copy");
    auto const snapshot = take_snapshot(database_->url(), copy, keep_going);
    Secret const fresh{"sqlite:" + (directory_ / "fresh.db").string()};

    restore_snapshot(fresh, copy, snapshot, keep_going);

    auto const log = make_null_log();
    auto const restored = open_database(fresh, {}, *log);
    EXPECT_EQ(migrate(*restored, *log).from, snapshot.schema_version);
    EXPECT_EQ(restored->read_now([](Tx& tx) {
        return tx.first("SELECT count(*) FROM setup_tokens", {},
                        [](Row const& row) { return row.integer(0); });
    }),
              25);
    EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST_P(SqliteSnapshot, OfAnOlderSchemaIsMigratedAfterwards) {
    TestDatabase old{GetParam()};
    auto const log = make_null_log();
    auto const known = migrations(GetParam());
    migrate(*old, std::span{known}.first(3), *log);
    auto const copy = empty_file("copy");
    auto const snapshot = take_snapshot(old.url(), copy, keep_going);
    Secret const fresh{"sqlite:" + (directory_ / "fresh.db").string()};

    restore_snapshot(fresh, copy, snapshot, keep_going);
    auto const restored = open_database(fresh, {}, *log);
    auto const report = migrate(*restored, *log);

    EXPECT_EQ(report.from, 3);
    EXPECT_EQ(report.to, known.back().number);
}

TEST_P(SqliteSnapshot, IsOneFileWithoutALogBesideIt) {
    take_snapshot(database_->url(), empty_file("copy"), keep_going);

    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{directory_}, {}), 1);
}

TEST_P(SqliteSnapshot, ThatIsDamagedIsRefusedAndTouchesNothing) {
    (*database_)->write_now([&](Tx& tx) {
        for (int i = 0; i < 2000; ++i)
            tx.execute("INSERT INTO setup_tokens (digest, created_at, expires_at) VALUES ($1, 1, 2)",
                       {Bytes{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}});
    });
    auto const copy = empty_file("copy");
    auto const snapshot = take_snapshot(database_->url(), copy, keep_going);
    {
        std::fstream file{copy, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(copy) / 2));
        file << std::string(8192, '\x5a');
    }
    Secret const fresh{"sqlite:" + (directory_ / "fresh.db").string()};

    EXPECT_THROW(restore_snapshot(fresh, copy, snapshot, keep_going), DatabaseError);

    EXPECT_FALSE(std::filesystem::exists(directory_ / "fresh.db"));
}

TEST_P(SqliteSnapshot, WithOtherRowsThanItShouldHaveIsRefused) {
    auto const copy = empty_file("copy");
    auto snapshot = take_snapshot(database_->url(), copy, keep_going);
    snapshot.rows["users"] = 7;
    Secret const fresh{"sqlite:" + (directory_ / "fresh.db").string()};

    EXPECT_THAT(message_of([&] { restore_snapshot(fresh, copy, snapshot, keep_going); }),
                HasSubstr("users should have 7 rows"));
}

TEST_P(SqliteSnapshot, ALogWithoutItsDatabaseIsNotOverwritten) {
    std::ofstream{directory_ / "fresh.db-wal"} << "what is left";
    Secret const fresh{"sqlite:" + (directory_ / "fresh.db").string()};

    EXPECT_THAT(message_of([&] { require_empty(fresh, {}); }), HasSubstr("-wal"));
}

}  // namespace
}  // namespace securestack::test
