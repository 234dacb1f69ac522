#include "storage/postgres_snapshot.hpp"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "storage/child_process.hpp"
#include "storage/postgres_connection.hpp"

namespace securestack::postgres {
namespace {

using Kind = DatabaseError::Kind;

// What libpq can be told by its environment goes there, the password before all; the rest by the connection
// string, which other users of the machine can read.
struct Target {
    std::vector<std::pair<std::string, std::string>> environment{};
    std::string connection{};
};

std::string quoted_value(std::string_view value) {
    std::string text = "'";
    for (char const c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + '\'';
}

Target target_of(Secret const& url) {
    struct Free {
        void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
    };
    check_url(url);
    std::unique_ptr<PQconninfoOption, Free> const parts{PQconninfoParse(url.reveal().c_str(), nullptr)};
    Target target;
    for (auto const* part = parts.get(); part != nullptr && part->keyword != nullptr; ++part) {
        if (part->val == nullptr || *part->val == '\0') continue;
        std::string_view const name = part->keyword;
        if (part->envvar != nullptr) {
            target.environment.emplace_back(part->envvar, part->val);
        } else if (name == "sslpassword") {
            throw DatabaseError{Kind::unavailable,
                                "the database URL has an sslpassword, which pg_dump cannot be given without "
                                "showing it: use a client key without one"};
        }
        // pg_restore wants to be told of a database; a name is no secret.
        if (part->envvar == nullptr || name == "dbname") {
            target.connection +=
                fmt::format("{}{}={}", target.connection.empty() ? "" : " ", name, quoted_value(part->val));
        }
    }
    return target;
}

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (char const c : name) text += c == '"' ? std::string{"\"\""} : std::string{c};
    return text + '"';
}

// pg_dump and pg_restore say it in many lines; the first says why.
std::string first_error(std::string_view text) {
    auto line = text.substr(0, text.find('\n'));
    for (auto at = text.find("error: "); at != text.npos; at = text.npos)
        line = text.substr(at + 7, text.find('\n', at) - at - 7);
    return std::string{line};
}

int major_version(std::string_view text) {
    int number = 0;
    auto const digits = text.find_first_of("0123456789");
    if (digits != text.npos) std::from_chars(text.data() + digits, text.data() + text.size(), number);
    return number;
}

std::string run(std::vector<std::string> words, Target const& target,
                std::function<bool()> const& keep_going) {
    auto const program = words.front();
    bool asked_to_stop = false;
    ChildOutcome outcome;
    try {
        outcome = run_child({std::move(words), target.environment}, [&] {
            asked_to_stop = asked_to_stop || !keep_going();
            return !asked_to_stop;
        });
    } catch (std::system_error const& error) {
        throw DatabaseError{Kind::unavailable, program + " cannot be run: " + error.what()};
    }
    if (asked_to_stop) throw DatabaseError{Kind::interrupted, "the copy was stopped before it was whole"};
    if (!outcome.found) {
        throw DatabaseError{Kind::unavailable,
                            program +
                                " was not found in PATH: install PostgreSQL's client programs (Debian: "
                                "postgresql-client), no older than the server"};
    }
    if (outcome.exit_code != 0) {
        auto const full = outcome.errors.find("No space left on device") != std::string::npos;
        throw DatabaseError{full ? Kind::full : Kind::other,
                            fmt::format("{} failed: {}", program, first_error(outcome.errors))};
    }
    return outcome.output;
}

bool always() {
    return true;
}

void require_version(std::string const& program, int server, Target const& target) {
    auto const version = run({program, "--version"}, target, always);
    auto const found = major_version(version.substr(std::min(version.size(), version.find(") "))));
    if (found >= server) return;
    throw DatabaseError{
        Kind::unavailable,
        fmt::format("{} is of PostgreSQL {} and the server is {}: install the client programs "
                    "of {} or later, and put them first in PATH",
                    program, found, server, server)};
}

// Without limits on time: to count a large table and to wait for pg_dump takes what it takes.
class Session {
  public:
    explicit Session(Secret const& url) : connection_(url, std::chrono::milliseconds{0}) {
        connection_.run_script("SET idle_in_transaction_session_timeout = 0");
    }

    void run(std::string const& sql) { connection_.run_script(sql); }
    template <class F>
    void each(std::string_view sql, F const& use) {
        connection_.query(sql, {}, use);
    }
    std::string text(std::string_view sql) {
        std::string value;
        each(sql, [&](Row const& row) {
            if (!row.is_null(0)) value = row.text(0);
        });
        return value;
    }
    std::int64_t number(std::string_view sql) {
        std::int64_t value = 0;
        each(sql, [&](Row const& row) { value = row.integer(0); });
        return value;
    }
    int server_major() {
        return static_cast<int>(number("SELECT CAST(current_setting('server_version_num') AS bigint)") /
                                10'000);
    }

  private:
    Connection connection_;
};

std::string current_schema(Session& session) {
    auto schema = session.text("SELECT CAST(current_schema() AS text)");
    if (!schema.empty()) return schema;
    throw DatabaseError{Kind::schema, "the search_path of the database's user names no schema that exists"};
}

void count_rows(Session& session, Snapshot& snapshot) {
    session.each(
        "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
        [&](Row const& row) { snapshot.rows[std::string{row.text(0)}] = 0; });
    for (auto& [table, rows] : snapshot.rows)
        rows = session.number("SELECT count(*) FROM " + quoted_name(table));
}

Snapshot describe(Session& session) {
    Snapshot snapshot{.engine = Engine::postgresql};
    snapshot.schema = current_schema(session);
    snapshot.server_version = session.text("SELECT current_setting('server_version')");
    count_rows(session, snapshot);
    if (!snapshot.rows.contains("schema_migrations")) {
        throw DatabaseError{Kind::schema, "the database is empty or not SecureStack's: nothing to copy"};
    }
    snapshot.schema_version =
        static_cast<int>(session.number("SELECT coalesce(max(number), 0) FROM schema_migrations"));
    session.each(
        "SELECT CAST(extname AS text) FROM pg_extension WHERE extnamespace = "
        "(SELECT oid FROM pg_namespace WHERE nspname = current_schema()) ORDER BY 1",
        [&](Row const& row) { snapshot.extensions.emplace_back(row.text(0)); });
    return snapshot;
}

std::uint64_t size_of(std::filesystem::path const& file) {
    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

// The archive's table of contents names every table, and all of it can be read and unpacked.
void check_dump(std::filesystem::path const& file, Snapshot const& wanted, Target const& target,
                SnapshotProgress const& progress) {
    auto const go_on = [&] { return progress(0, 0); };
    auto const contents = run({"pg_restore", "--list", file.string()}, target, go_on);
    for (auto const& [table, rows] : wanted.rows) {
        if (contents.find(fmt::format(" TABLE DATA {} {} ", wanted.schema, table)) != contents.npos) continue;
        throw DatabaseError{Kind::other, "the copy is not whole: table " + table + " is missing"};
    }
    run({"pg_restore", "--file=/dev/null", file.string()}, target, go_on);
}

}  // namespace

Snapshot take_snapshot(Secret const& url, std::filesystem::path const& file,
                       SnapshotProgress const& progress) {
    auto const target = target_of(url);
    Session session{url};
    require_version("pg_dump", session.server_major(), target);
    // What is counted here and what pg_dump reads is the same moment.
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    auto const moment = session.text("SELECT pg_export_snapshot()");
    auto snapshot = describe(session);
    run({"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
         "--lock-wait-timeout=60000", "--snapshot=" + moment, "--schema=" + quoted_name(snapshot.schema),
         "--file=" + file.string(), "--dbname=" + target.connection},
        target, [&] { return progress(size_of(file), 0); });
    session.run("COMMIT");
    check_dump(file, snapshot, target, progress);
    return snapshot;
}

void require_empty(Secret const& url, Snapshot const& snapshot) {
    Session session{url};
    auto const schema = current_schema(session);
    auto const found = session.number(
        "SELECT count(*) FROM pg_class WHERE relnamespace = "
        "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())");
    if (found != 0) {
        throw DatabaseError{
            Kind::schema, fmt::format("the database is not empty (schema {} has {} tables, indexes and other "
                                      "things), and nothing is restored over another: make a new database "
                                      "and name it with --database",
                                      schema, found)};
    }
    if (schema != snapshot.schema) {
        throw DatabaseError{
            Kind::schema,
            fmt::format(
                "the copy is of the schema {0}, and this connection works in {1}: make the schema {0} "
                "and add ?options=-csearch_path%3D{0} to the database's URL",
                snapshot.schema, schema)};
    }
    require_version("pg_restore", session.server_major(), target_of(url));
    auto const source = major_version(snapshot.server_version);
    if (source > session.server_major()) {
        throw DatabaseError{Kind::schema,
                            fmt::format("the copy is of PostgreSQL {} and this server is {}: restore into a "
                                        "server of version {} or later",
                                        source, session.server_major(), source)};
    }
}

void restore_snapshot(Secret const& url, std::filesystem::path const& file, Snapshot const& snapshot,
                      SnapshotProgress const& progress) {
    auto const target = target_of(url);
    check_dump(file, snapshot, target, progress);
    Session session{url};
    for (auto const& extension : snapshot.extensions)
        session.run("CREATE EXTENSION IF NOT EXISTS " + quoted_name(extension));
    run({"pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
         "--no-password", "--schema=" + snapshot.schema, "--dbname=" + target.connection, file.string()},
        target, [&] { return progress(0, 0); });
    session.run("ANALYZE");
    Snapshot found{.engine = Engine::postgresql};
    count_rows(session, found);
    if (found.rows == snapshot.rows) return;
    throw DatabaseError{Kind::other,
                        "what was restored does not have the rows that the copy says: drop this database"};
}

}  // namespace securestack::postgres
