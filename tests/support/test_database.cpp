#include "support/test_database.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace securestack::test {
namespace {

std::string environment(char const* name) {
    auto const* value = std::getenv(name);
    return value == nullptr ? std::string{} : value;
}

Log& silent() {
    static auto const log = make_null_log();
    return *log;
}

Secret cluster_url() {
    auto url = environment("SECURESTACK_TEST_POSTGRES");
    if (url.empty()) {
        throw std::runtime_error(
            "SECURESTACK_TEST_POSTGRES is not set: run the tests through scripts/with-postgres, or set "
            "SECURESTACK_TEST_ENGINES=sqlite to leave PostgreSQL out");
    }
    return Secret{std::move(url)};
}

std::string fresh_name() {
    static std::atomic<int> count = 0;
    return "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

void run_in_cluster(std::string const& sql) {
    static auto const cluster = open_database(cluster_url(), {.readers = 1}, silent());
    cluster->maintain_now([&](Tx& tx) { tx.run_script(sql); });
}

std::filesystem::path fresh_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "securestack-test.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory like " + pattern);
    return pattern;
}

}  // namespace

std::string engine_name(::testing::TestParamInfo<Engine> const& info) {
    return info.param == Engine::sqlite ? "sqlite" : "postgresql";
}

bool left_out(Engine engine) {
    auto const engines = environment("SECURESTACK_TEST_ENGINES");
    return engine == Engine::postgresql && engines == "sqlite";
}

TestDatabase::TestDatabase(Engine engine, Schema schema, DatabaseOptions options) {
    if (engine == Engine::sqlite) {
        directory_ = fresh_directory();
        url_ = Secret{"sqlite:" + file().string()};
    } else {
        auto const cluster = cluster_url();
        schema_name_ = fresh_name();
        run_in_cluster("CREATE SCHEMA " + schema_name_);
        auto const separator = cluster.reveal().contains('?') ? '&' : '?';
        url_ = Secret{cluster.reveal() + separator + "options=-c%20search_path%3D" + schema_name_};
    }
    database_ = open_another(std::move(options));
    if (schema == Schema::migrated) migrate(*database_, silent());
}

TestDatabase::~TestDatabase() {
    database_.reset();
    if (!schema_name_.empty()) run_in_cluster("DROP SCHEMA " + schema_name_ + " CASCADE");
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

std::unique_ptr<Database> TestDatabase::open_another(DatabaseOptions options) const {
    return open_database(url_, std::move(options), silent());
}

void TestDatabase::reopen(DatabaseOptions options) {
    database_.reset();
    database_ = open_another(std::move(options));
}

}  // namespace securestack::test
