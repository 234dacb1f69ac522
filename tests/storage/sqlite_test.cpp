// What only SQLite has: group commit, the file, a full disk.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <latch>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

#include <gmock/gmock.h>

#include "storage/accounts.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;
using Kind = DatabaseError::Kind;

constexpr auto endless_insert =
    "INSERT INTO accounts WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
    "SELECT 'endless-' || n, n FROM t";

// While it lives, no file grows beyond what is set: stands in for the disk's end.
class FileSizeLimit {
  public:
    FileSizeLimit() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &usual_);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &usual_); }
    FileSizeLimit(FileSizeLimit const&) = delete;
    FileSizeLimit& operator=(FileSizeLimit const&) = delete;

    void set(rlim_t bytes) {
        auto limit = usual_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }

  private:
    rlimit usual_{};
};

class Sqlite : public AccountsTest {
  protected:
    // Keeps the writer busy until it goes, so that the units submitted meanwhile make one group.
    class Hold {
      public:
        explicit Hold(Database& db) {
            db.write(
                [this](Tx&) {
                    started_.count_down();
                    released_.wait();
                    // The group's time is up, so that what waits makes the next one.
                    std::this_thread::sleep_for(30ms);
                },
                [this](std::exception_ptr) { ended_.count_down(); });
            started_.wait();
        }
        ~Hold() {
            released_.count_down();
            ended_.wait();
        }

      private:
        std::latch started_{1};
        std::latch released_{1};
        std::latch ended_{1};
    };

    // Submits a unit and records how it ends.
    void submit(Database::Work work) {
        ++submitted;
        db()->write(std::move(work), [this](std::exception_ptr error) { (error ? failed : succeeded)++; });
    }
    void wait_for_all() {
        while (failed + succeeded < submitted) std::this_thread::sleep_for(1ms);
    }

    int submitted = 0;
    std::atomic<int> failed = 0;
    std::atomic<int> succeeded = 0;
};

TEST_P(Sqlite, WaitingWritesShareOneCommit) {
    auto const before = db()->stats().commits;
    {
        Hold const hold(*db());
        for (int i = 0; i < 64; ++i) submit([i](Tx& tx) { add(tx, "user-" + std::to_string(i)); });
    }
    wait_for_all();
    EXPECT_EQ(succeeded, 64);
    EXPECT_LE(db()->stats().commits - before, 3U);
    EXPECT_EQ(names().size(), 64U);
}

TEST_P(Sqlite, DoneComesAfterTheCommit) {
    std::atomic<int> early = 0;
    std::latch ended{16};
    auto const other = database->open_another({.readers = 1});
    {
        Hold const hold(*db());
        for (int i = 0; i < 16; ++i) {
            auto const name = "user-" + std::to_string(i);
            db()->write([name](Tx& tx) { add(tx, name); },
                        [&, name](std::exception_ptr) {
                            // Another connection sees only what is committed.
                            auto const seen = other->read_now([&](Tx& tx) {
                                return tx.first("SELECT 1 FROM accounts WHERE name = $1", {name},
                                                [](Row const&) { return 1; });
                            });
                            if (!seen) ++early;
                            ended.count_down();
                        });
        }
    }
    ended.wait();
    EXPECT_EQ(early, 0);
}

TEST_P(Sqlite, AFailingUnitDoesNotTouchItsNeighbours) {
    {
        Hold const hold(*db());
        for (int i = 0; i < 10; ++i) {
            submit([i](Tx& tx) {
                add(tx, "user-" + std::to_string(i));
                if (i % 2 == 1) throw std::runtime_error("no");
            });
        }
    }
    wait_for_all();
    EXPECT_EQ(failed, 5);
    EXPECT_THAT(names(), ::testing::ElementsAre("user-0", "user-2", "user-4", "user-6", "user-8"));
}

TEST_P(Sqlite, NobodyMakesEveryGroupRunTwice) {
    // How often each unit of a group is run whose fourth fails after it wrote.
    auto const runs_of_group = [&](std::string const& name) {
        std::array<int, 6> runs{};
        {
            Hold const hold(*db());
            for (std::size_t i = 0; i < runs.size(); ++i) {
                submit([&runs, &name, i](Tx& tx) {
                    ++runs[i];
                    add(tx, name + std::to_string(i));
                    if (i == 3) throw std::runtime_error("no");
                });
            }
        }
        wait_for_all();
        return runs;
    };
    EXPECT_THAT(runs_of_group("a"), ::testing::ElementsAre(2, 2, 2, 2, 1, 1));
    EXPECT_THAT(runs_of_group("b"), ::testing::Each(1));
    EXPECT_THAT(names(), ::testing::ElementsAre("a0", "a1", "a2", "a4", "a5", "b0", "b1", "b2", "b4", "b5"));
}

TEST_P(Sqlite, AnInterruptedWriteDoesNotTouchItsNeighbours) {
    // SQLite rolls the whole transaction back when it interrupts a write.
    database->reopen({.readers = 1, .deadline = 200ms});
    {
        Hold const hold(*db());
        submit([](Tx& tx) { add(tx, "alice"); });
        submit([](Tx& tx) { tx.execute(endless_insert); });
    }
    wait_for_all();
    EXPECT_EQ(failed, 1);
    EXPECT_THAT(names(), ::testing::ElementsAre("alice"));
}

TEST_P(Sqlite, AUnitThatLeavesADeferredKeyOpenDoesNotTouchItsNeighbours) {
    db()->write_now([](Tx& tx) {
        tx.run_script(
            "CREATE TABLE child (name TEXT REFERENCES accounts (name) DEFERRABLE INITIALLY DEFERRED) STRICT");
    });
    {
        Hold const hold(*db());
        submit([](Tx& tx) { add(tx, "alice"); });
        submit([](Tx& tx) { tx.execute("INSERT INTO child VALUES ('nobody')"); });
        submit([](Tx& tx) { tx.execute("INSERT INTO child VALUES ('alice')"); });
    }
    wait_for_all();
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(succeeded, 2);
}

TEST_P(Sqlite, AFullDiskRefusesWritesAndPasses) {
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
    // A limit on the file's pages stands in for the disk's end: the same SQLITE_FULL.
    db()->write_now([](Tx& tx) { tx.query("PRAGMA max_page_count = 10", {}, [](Row const&) {}); });
    std::string const large(200'000, 'x');
    EXPECT_EQ(kind_of([&] { db()->write_now([&](Tx& tx) { add(tx, large); }); }), Kind::full);
    EXPECT_THAT(names(), ::testing::ElementsAre("alice"));
    db()->write_now([](Tx& tx) { add(tx, "bob"); });
    db()->write_now([](Tx& tx) { tx.query("PRAGMA max_page_count = 1000000", {}, [](Row const&) {}); });
    db()->write_now([&](Tx& tx) { add(tx, large); });
    EXPECT_EQ(names().size(), 3U);
}

TEST_P(Sqlite, AFullDiskDoesNotTouchTheNeighboursInTheGroup) {
    db()->write_now([](Tx& tx) { tx.query("PRAGMA max_page_count = 10", {}, [](Row const&) {}); });
    {
        Hold const hold(*db());
        submit([](Tx& tx) { add(tx, "alice"); });
        submit([](Tx& tx) { add(tx, std::string(200'000, 'x')); });
        submit([](Tx& tx) { add(tx, "bob"); });
    }
    wait_for_all();
    EXPECT_EQ(failed, 1);
    EXPECT_THAT(names(), ::testing::ElementsAre("alice", "bob"));
}

TEST_P(Sqlite, ARefusalByARowThatIsThenTakenBackIsTakenBackToo) {
    database->reopen({.readers = 1, .deadline = 200ms});
    bool taking_back = false;
    std::array<std::exception_ptr, 2> ended;
    {
        Hold const hold(*db());
        db()->write(
            [&](Tx& tx) {
                if (taking_back) throw std::runtime_error("not this time");
                add(tx, "alice", 1);
            },
            [&](std::exception_ptr error) { ended[0] = std::move(error); });
        db()->write([](Tx& tx) { add(tx, "alice", 2); },
                    [&](std::exception_ptr error) { ended[1] = std::move(error); });
        submit([&](Tx& tx) {
            taking_back = true;
            tx.execute(endless_insert);
        });
    }
    wait_for_all();
    EXPECT_NE(ended[0], nullptr);
    EXPECT_EQ(ended[1], nullptr);
    EXPECT_EQ(balance("alice"), 2);
}

TEST_P(Sqlite, WhenTheCommitFailsNobodyIsAnsweredByWhatWasNotCommitted) {
    std::vector<std::exception_ptr> ended;
    std::optional<FileSizeLimit> limit{std::in_place};
    {
        Hold const hold(*db());
        auto const done = [&](std::exception_ptr error) { ended.push_back(std::move(error)); };
        db()->write([](Tx& tx) { add(tx, "alice"); }, done);
        db()->write([](Tx& tx) { add(tx, "alice"); }, done);  // refused while the first one stands
        submit([&](Tx&) {
            // The log cannot grow: the disk is full when the group commits.
            limit->set(std::filesystem::file_size(database->file().string() + "-wal"));
        });
    }
    wait_for_all();
    limit.reset();
    ASSERT_EQ(ended.size(), 2U);
    for (auto const& error : ended) {
        ASSERT_NE(error, nullptr);
        EXPECT_EQ(kind_of([&] { std::rethrow_exception(error); }), Kind::full);
    }
    EXPECT_THAT(names(), ::testing::IsEmpty());
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
}

TEST_P(Sqlite, AStartOnAFullDiskSaysWhatToLookAt) {
    auto const log = make_null_log();
    FileSizeLimit limit;
    limit.set(1'000);
    std::string reason;
    try {
        open_database(Secret{"sqlite:" + database->file().string() + ".other"}, {}, *log);
    } catch (DatabaseError const& error) {
        reason = error.what();
    }
    EXPECT_THAT(reason, ::testing::HasSubstr("check that the disk is not full"));
}

TEST_P(Sqlite, TheFileIsItsOwnersAlone) {
    struct stat status {};
    ASSERT_EQ(::stat(database->file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_P(Sqlite, TheSettingsAreTheSafeOnes) {
    auto const setting = [&](std::string const& name) {
        return db()->write_now([&](Tx& tx) {
            return tx.first("PRAGMA " + name, {}, [](Row const& row) { return row.integer(0); }).value();
        });
    };
    EXPECT_EQ(setting("synchronous"), 2);
    EXPECT_EQ(setting("foreign_keys"), 1);
    EXPECT_EQ(setting("trusted_schema"), 0);
}

TEST_P(Sqlite, ClosingEmptiesTheLog) {
    db()->write_now([](Tx& tx) { add(tx, "alice"); });
    db()->close();
    EXPECT_FALSE(std::filesystem::exists(database->file().string() + "-wal"));
}

TEST_P(Sqlite, ADamagedFileIsReportedByName) {
    auto const path = database->file().string() + ".damaged";
    std::ofstream(path) << std::string(8192, 'x');
    auto const log = make_null_log();
    try {
        open_database(Secret{"sqlite:" + path}, {}, *log);
        FAIL() << "a damaged file was opened";
    } catch (DatabaseError const& error) {
        EXPECT_EQ(error.kind(), Kind::unavailable);
        EXPECT_TRUE(std::string_view{error.what()}.contains(path)) << error.what();
    }
}

TEST_P(Sqlite, AMissingDirectoryIsReportedWithAdvice) {
    auto const log = make_null_log();
    try {
        open_database(Secret{"sqlite:/nonexistent/directory/file.db"}, {}, *log);
        FAIL() << "opened a file in a directory that does not exist";
    } catch (DatabaseError const& error) {
        EXPECT_EQ(error.kind(), Kind::unavailable);
        EXPECT_TRUE(std::string_view{error.what()}.contains("check that the directory exists"))
            << error.what();
    }
}

TEST_P(Sqlite, ADatabaseInMemoryReadsAndWrites) {
    auto const log = make_null_log();
    auto const memory = open_database(Secret{"sqlite::memory:"}, {}, *log);
    memory->write_now(
        [](Tx& tx) { tx.run_script("CREATE TABLE accounts (name TEXT, balance INTEGER) STRICT"); });
    memory->write_now([](Tx& tx) { add(tx, "alice", 7); });
    EXPECT_THROW(memory->read_now([](Tx& tx) { add(tx, "bob"); }), DatabaseError);
    auto const found = memory->read_now([](Tx& tx) {
        return tx.first("SELECT sum(balance) FROM accounts", {},
                        [](Row const& row) { return row.integer(0); });
    });
    EXPECT_EQ(found, 7);
}

TEST_P(Sqlite, TheLogDoesNotGrowForEverUnderReaders) {
    std::atomic<bool> stop = false;
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 2; ++i) {
            readers.emplace_back([&] {
                while (!stop) (void)names();
            });
        }
        Bytes const filler(1'000'000, 1);
        db()->write_now(
            [](Tx& tx) { tx.run_script("CREATE TABLE blobs (n INTEGER PRIMARY KEY, data BLOB) STRICT"); });
        for (int i = 0; i < 200; ++i) {
            db()->write_now([&](Tx& tx) {
                tx.execute("REPLACE INTO blobs VALUES ($1, $2)", {i % 10, filler});
            });
        }
        stop = true;
    }
    EXPECT_LT(std::filesystem::file_size(database->file().string() + "-wal"), 160'000'000U);
}

TEST_P(Sqlite, ALongLogAndASlowReadDoNotHoldTheWritersUp) {
    std::latch reading{1};
    std::latch release{1};
    std::latch ended{1};
    db()->read(
        [&](Tx& tx) {
            tx.query("SELECT 1 FROM accounts", {}, [](Row const&) {});
            reading.count_down();
            release.wait();
        },
        [&](std::exception_ptr) { ended.count_down(); });
    reading.wait();
    db()->write_now([](Tx& tx) {
        tx.run_script("CREATE TABLE blobs (n INTEGER PRIMARY KEY, data BLOB) STRICT");
        for (int i = 0; i < 140; ++i) tx.execute("INSERT INTO blobs VALUES ($1, zeroblob(1000000))", {i});
    });
    auto const begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) db()->write_now([&](Tx& tx) { add(tx, std::to_string(i)); });
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
    release.count_down();
    ended.wait();
}

INSTANTIATE_TEST_SUITE_P(Engines, Sqlite, ::testing::Values(Engine::sqlite), engine_name);

}  // namespace
}  // namespace securestack::test
