// A fresh database for each test, on either engine.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "storage/database.hpp"
#include "storage/migrate.hpp"

namespace securestack {

inline void PrintTo(Engine engine, std::ostream* out) {
    *out << (engine == Engine::sqlite ? "sqlite" : "postgresql");
}

}  // namespace securestack

namespace securestack::test {

// TEST_P(…) over both engines:
//   INSTANTIATE_TEST_SUITE_P(Engines, MyTest, each_engine, engine_name);
// SECURESTACK_TEST_ENGINES=sqlite leaves PostgreSQL out; otherwise PostgreSQL's tests fail where there is
// none.
inline auto const each_engine = ::testing::Values(Engine::sqlite, Engine::postgresql);
std::string engine_name(::testing::TestParamInfo<Engine> const& info);

enum class Schema { empty, migrated };

// SQLite: a file in a temporary directory. PostgreSQL: a database of its own in the cluster that
// SECURESTACK_TEST_POSTGRES names (scripts/with-postgres). Both are gone with the object.
class TestDatabase {
  public:
    // Throws std::runtime_error, which fails the test, when `engine` is PostgreSQL and there is no cluster.
    explicit TestDatabase(Engine engine, Schema schema = Schema::empty, DatabaseOptions options = {});
    ~TestDatabase();
    TestDatabase(TestDatabase const&) = delete;
    TestDatabase& operator=(TestDatabase const&) = delete;

    // One with a schema is opened on first use: who opens `url` itself needs no other.
    Database& operator*() { return *operator->(); }
    Database* operator->();

    // What open_database takes; the same data for a second Database or process.
    Secret const& url() const { return url_; }
    std::unique_ptr<Database> open_another(DatabaseOptions options = {}) const;
    // Closes the database and opens it again.
    void reopen(DatabaseOptions options = {});

    // SQLite's file.
    std::filesystem::path file() const { return directory_ / "test.db"; }

  private:
    std::filesystem::path directory_;
    std::string name_;  // of PostgreSQL's database
    Secret url_;
    DatabaseOptions options_;
    std::unique_ptr<Database> database_;
};

// True when the environment leaves this engine out of the run.
bool left_out(Engine engine);

// The base of a fixture that runs on each engine with a fresh database.
class EachEngine : public ::testing::TestWithParam<Engine> {
  protected:
    void SetUp() override {
        if (left_out(GetParam())) GTEST_SKIP() << "SECURESTACK_TEST_ENGINES leaves this engine out";
    }
};

}  // namespace securestack::test
