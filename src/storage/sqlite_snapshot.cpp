#include "storage/sqlite_snapshot.hpp"

#include <fcntl.h>
#include <memory>

#include "core/file.hpp"
#include "storage/sqlite_error.hpp"

namespace securestack::sqlite {
namespace {

using Kind = DatabaseError::Kind;

constexpr int busy_timeout_millis = 5'000;
constexpr int pages_a_step = 512;
constexpr int instructions_between_looks = 200'000;

// A connection without the server's settings. Opened by SQLite itself, so that no lock of this process is
// lost.
class Handle {
  public:
    Handle(std::filesystem::path const& path, int flags) {
        sqlite3* handle = nullptr;
        auto const result = sqlite3_open_v2(path.c_str(), &handle,
                                            flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        handle_.reset(handle);
        if (result != SQLITE_OK) {
            throw DatabaseError{Kind::unavailable, "cannot open " + path.string() + ": " +
                                                       std::string{last_error(handle).what()}};
        }
        sqlite3_busy_timeout(handle, busy_timeout_millis);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    }

    sqlite3* get() const { return handle_.get(); }
    void run(std::string const& sql) const {
        if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throw last_error(get());
    }
    // Calls `each` with the first column of every row, as text.
    template <class F>
    void each_text(std::string const& sql, F const& each) const {
        sqlite3_stmt* raw = nullptr;
        if (sqlite3_prepare_v2(get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) throw last_error(get());
        std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> const statement{raw, &sqlite3_finalize};
        int result = SQLITE_OK;
        while ((result = sqlite3_step(raw)) == SQLITE_ROW) {
            auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(raw, 0));
            each(std::string{text == nullptr ? "" : text});
        }
        if (result != SQLITE_DONE) throw last_error(get());
    }
    std::int64_t number(std::string const& sql) const {
        std::int64_t value = 0;
        each_text(sql, [&](std::string const& text) { value = std::stoll(text); });
        return value;
    }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

[[noreturn]] void stopped() {
    throw DatabaseError{Kind::interrupted, "the copy was stopped before it was whole"};
}

std::string quoted_name(std::string_view name) {
    std::string text = "\"";
    for (char const c : name) text += c == '"' ? std::string{"\"\""} : std::string{c};
    return text + '"';
}

bool has_schema(Handle const& database) {
    return database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'") != 0;
}

Snapshot describe(Handle const& database) {
    if (!has_schema(database)) {
        throw DatabaseError{Kind::schema, "the database is empty or not SecureStack's: nothing to copy"};
    }
    Snapshot snapshot{.engine = Engine::sqlite};
    snapshot.schema_version =
        static_cast<int>(database.number("SELECT coalesce(max(number), 0) FROM schema_migrations"));
    database.each_text(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        [&](std::string const& table) { snapshot.rows[table] = 0; });
    for (auto& [table, rows] : snapshot.rows)
        rows = database.number("SELECT count(*) FROM " + quoted_name(table));
    return snapshot;
}

// Whoever counts and checks a large database is asked whether to go on, too.
class StopWhenAsked {
  public:
    StopWhenAsked(Handle const& handle, SnapshotProgress const& progress)
        : handle_(handle), progress_(progress) {
        sqlite3_progress_handler(
            handle.get(), instructions_between_looks,
            [](void* self) { return static_cast<StopWhenAsked*>(self)->look(); }, this);
    }
    ~StopWhenAsked() { sqlite3_progress_handler(handle_.get(), 0, nullptr, nullptr); }
    StopWhenAsked(StopWhenAsked const&) = delete;
    StopWhenAsked& operator=(StopWhenAsked const&) = delete;

  private:
    int look() const { return progress_(0, 0) ? 0 : 1; }

    Handle const& handle_;
    SnapshotProgress const& progress_;
};

// `source` is inside a transaction: every step copies from the same moment, however much is written
// meanwhile.
void copy_pages(Handle const& source, Handle const& copy, SnapshotProgress const& progress) {
    struct Finish {
        void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
    };
    auto const page_size = static_cast<std::uint64_t>(source.number("PRAGMA page_size"));
    std::unique_ptr<sqlite3_backup, Finish> backup{
        sqlite3_backup_init(copy.get(), "main", source.get(), "main")};
    if (!backup) throw last_error(copy.get());
    for (int result = SQLITE_OK; result != SQLITE_DONE;) {
        result = sqlite3_backup_step(backup.get(), pages_a_step);
        if (result != SQLITE_OK && result != SQLITE_DONE) break;
        auto const total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        auto const left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        if (!progress((total - left) * page_size, total * page_size)) stopped();
    }
    if (sqlite3_backup_finish(backup.release()) != SQLITE_OK) throw last_error(copy.get());
}

// The copy says of itself that it has a write-ahead log beside it, as the original has: one file is enough
// for it.
void make_single_file(std::filesystem::path const& file) {
    Handle const copy{file, SQLITE_OPEN_READWRITE};
    std::string mode;
    copy.each_text("PRAGMA journal_mode = DELETE", [&](std::string const& text) { mode = text; });
    if (mode != "delete") throw DatabaseError{Kind::other, file.string() + " cannot be made a single file"};
}

void compare(Snapshot const& found, Snapshot const& wanted) {
    if (found.schema_version == wanted.schema_version && found.rows == wanted.rows) return;
    for (auto const& [table, rows] : wanted.rows) {
        auto const there = found.rows.find(table);
        if (there != found.rows.end() && there->second == rows) continue;
        throw DatabaseError{Kind::other,
                            "the copy is not whole: table " + table + " should have " + std::to_string(rows) +
                                " rows and has " +
                                (there == found.rows.end() ? "none" : std::to_string(there->second))};
    }
    throw DatabaseError{Kind::other, "the copy does not hold the tables that it should"};
}

void check_copy(std::filesystem::path const& file, Snapshot const& wanted, SnapshotProgress const& progress) {
    Handle const copy{file, SQLITE_OPEN_READONLY};
    StopWhenAsked const stop{copy, progress};
    std::string faults;
    copy.run("PRAGMA cell_size_check = ON");
    copy.each_text("PRAGMA integrity_check(3)", [&](std::string const& fault) {
        if (fault != "ok") faults += (faults.empty() ? "" : "; ") + fault;
    });
    if (!faults.empty()) throw DatabaseError{Kind::other, "the copy is damaged: " + faults};
    copy.each_text("PRAGMA foreign_key_check", [&](std::string const& table) {
        throw DatabaseError{Kind::other, "the copy is damaged: a row of " + table + " refers to nothing"};
    });
    compare(describe(copy), wanted);
}

}  // namespace

Snapshot take_snapshot(std::filesystem::path const& database, std::filesystem::path const& file,
                       SnapshotProgress const& progress) {
    if (!std::filesystem::exists(database)) {
        throw DatabaseError{Kind::unavailable, "there is no database " + database.string() +
                                                   ": name it with --data-dir or --database"};
    }
    Snapshot snapshot;
    {
        Handle const source{database, SQLITE_OPEN_READWRITE};
        StopWhenAsked const stop{source, progress};
        Handle const copy{file, SQLITE_OPEN_READWRITE};
        copy.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        source.run("PRAGMA query_only = ON; BEGIN");
        snapshot = describe(source);
        copy_pages(source, copy, progress);
        source.run("COMMIT");
    }
    make_single_file(file);
    check_copy(file, snapshot, progress);
    return snapshot;
}

void require_empty(std::filesystem::path const& database) {
    auto const log = std::filesystem::path{database.string() + "-wal"};
    if (!std::filesystem::exists(database)) {
        if (!std::filesystem::exists(log)) return;
        throw DatabaseError{Kind::schema, log.string() +
                                              " is there without its database: move it elsewhere, "
                                              "then restore"};
    }
    Handle const found{database, SQLITE_OPEN_READWRITE};
    if (found.number("SELECT count(*) FROM sqlite_schema") == 0) return;
    throw DatabaseError{Kind::schema, "the database " + database.string() +
                                          " is not empty, and nothing is restored over another: stop the "
                                          "server and move the file (with its -wal and -shm) elsewhere, or "
                                          "name another place with --data-dir"};
}

void restore_snapshot(std::filesystem::path const& file, Snapshot const& snapshot,
                      std::filesystem::path const& database, SnapshotProgress const& progress) {
    check_copy(file, snapshot, progress);
    File(file, O_RDWR).sync();
    // An empty database goes, and so does the log that would be taken for the new one's.
    for (auto const* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database.string() + suffix);
    std::filesystem::rename(file, database);
    sync_directory(directory_of(database));
}

}  // namespace securestack::sqlite
