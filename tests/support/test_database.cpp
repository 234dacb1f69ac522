#include "support/test_database.hpp"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <unistd.h>

#include <libpq-fe.h>

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

// `name` in the cluster of the tests.
Secret url_in_cluster(std::string const& name) {
    auto const cluster = cluster_url();
    auto const separator = cluster.reveal().contains('?') ? '&' : '?';
    return Secret{cluster.reveal() + separator + "dbname=" + name};
}

std::string fresh_name() {
    static std::atomic<int> count = 0;
    return "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

// Databases are made and dropped outside of transactions, which storage does not do.
void run_in_cluster(std::string const& sql) {
    static std::mutex mutex;
    static std::unique_ptr<PGconn, decltype(&PQfinish)> const cluster{
        PQconnectdb(cluster_url().reveal().c_str()), &PQfinish};
    std::scoped_lock const lock(mutex);
    std::unique_ptr<PGresult, decltype(&PQclear)> const result{PQexec(cluster.get(), sql.c_str()), &PQclear};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw std::runtime_error(PQerrorMessage(cluster.get()));
}

std::filesystem::path fresh_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "securestack-test.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a directory like " + pattern);
    return pattern;
}

// Columns that change without a new version because nobody sees them, or the schema says so
// (Schema::changes_beside_version); and those that a trigger gives one (migration 19).
bool is_free(std::string const& table, std::string const& column) {
    static std::set<std::string> const free{
        "api_keys.last_used_at", "api_keys.last_used_ip", "backups.look_at", "incidents.reporter",
        "incidents.assignee",    "incidents.team",        "incidents.owner", "maintenance_windows.team"};
    return free.contains(table + "." + column);
}

// In every test a row that changes keeps no version: ETags, and what is kept of rows, rest on that.
void guard_versions(Tx& tx) {
    std::vector<std::string> tables;
    tx.query(
        "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.name = 'version'",
        {}, [&](Row const& row) { tables.emplace_back(row.text(0)); });
    for (auto const& table : tables) {
        std::string differs;
        tx.query("SELECT name FROM pragma_table_info($1)", {table}, [&](Row const& row) {
            std::string const column{row.text(0)};
            if (column == "version" || is_free(table, column)) return;
            differs +=
                (differs.empty() ? "new.\"" : " OR new.\"") + column + "\" IS NOT old.\"" + column + "\"";
        });
        tx.run_script("CREATE TRIGGER " + table + "_version BEFORE UPDATE ON " + table +
                      " WHEN new.version = old.version AND (" + differs +
                      ") BEGIN SELECT RAISE(ABORT, 'a row changed and kept its version'); END");
    }
}

// What each engine copies for a test that begins with the whole schema, many times quicker than to migrate
// again: made once in a program.
class Template {
  public:
    explicit Template(Engine engine) {
        if (engine == Engine::sqlite) {
            directory_ = fresh_directory();
            url_ = Secret{"sqlite:" + file().string()};
        } else {
            name_ = fresh_name();
            run_in_cluster("CREATE DATABASE " + name_);
            url_ = url_in_cluster(name_);
        }
        auto const database = open_database(url_, {}, silent());
        migrate(*database, silent());
        if (engine == Engine::sqlite) database->write_now(guard_versions);
    }
    ~Template() {
        if (!name_.empty()) run_in_cluster("DROP DATABASE " + name_ + " WITH (FORCE)");
        if (!directory_.empty()) std::filesystem::remove_all(directory_);
    }
    Template(Template const&) = delete;
    Template& operator=(Template const&) = delete;

    std::string const& name() const { return name_; }
    std::filesystem::path file() const { return directory_ / "template.db"; }

  private:
    std::filesystem::path directory_;
    std::string name_;
    Secret url_;
};

Template const& template_of(Engine engine) {
    if (engine == Engine::sqlite) {
        static Template const sqlite{Engine::sqlite};
        return sqlite;
    }
    static Template const postgresql{Engine::postgresql};
    return postgresql;
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
        if (schema == Schema::migrated) std::filesystem::copy_file(template_of(engine).file(), file());
    } else {
        auto const like = schema == Schema::migrated ? template_of(engine).name() : "template0";
        name_ = fresh_name();
        run_in_cluster("CREATE DATABASE " + name_ + " TEMPLATE " + like + " STRATEGY FILE_COPY");
        url_ = url_in_cluster(name_);
    }
    options_ = std::move(options);
    if (schema == Schema::empty) operator->();  // which makes SQLite's file
}

Database* TestDatabase::operator->() {
    if (!database_) database_ = open_another(options_);
    return database_.get();
}

TestDatabase::~TestDatabase() {
    database_.reset();
    if (!name_.empty()) run_in_cluster("DROP DATABASE " + name_ + " WITH (FORCE)");
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

std::unique_ptr<Database> TestDatabase::open_another(DatabaseOptions options) const {
    return open_database(url_, std::move(options), silent());
}

void TestDatabase::reopen(DatabaseOptions options) {
    database_.reset();
    options_ = std::move(options);
}

}  // namespace securestack::test
