#include "storage/sqlite_connection.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/dialect.hpp"

namespace securestack::sqlite {
namespace {

using Kind = DatabaseError::Kind;

constexpr int busy_timeout_millis = 5'000;
constexpr int checkpoint_wait_millis = 100;
constexpr int instructions_between_deadline_checks = 4'000;

// A file that exists is not opened here: closing any descriptor of it would drop this process's locks on it.
void create_private_file(std::string const& path) {
    auto const file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file >= 0) ::close(file);
}

void bind(sqlite3_stmt* statement, int index, Param::Value const& value) {
    struct Bind {
        sqlite3_stmt* statement;
        int index;

        int operator()(Null) const { return sqlite3_bind_null(statement, index); }
        int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
        int operator()(bool v) const { return sqlite3_bind_int(statement, index, v ? 1 : 0); }
        int operator()(double v) const { return sqlite3_bind_double(statement, index, v); }
        int operator()(std::string const& v) const {
            return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
        }
        int operator()(Bytes const& v) const {
            // A null pointer would bind NULL, not an empty blob.
            if (v.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
            return sqlite3_bind_blob64(statement, index, v.data(), v.size(), SQLITE_STATIC);
        }
        int operator()(Id const& v) const {
            return sqlite3_bind_blob64(statement, index, v.bytes.data(), v.bytes.size(), SQLITE_STATIC);
        }
    };
    if (std::visit(Bind{statement, index}, value) != SQLITE_OK)
        throw last_error(sqlite3_db_handle(statement));
}

// Reads each column's value once: sqlite3_column_*() looks it up again at every call, and a page makes
// thousands.
class StatementRow final : public Row {
  public:
    explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}

    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override {
        return sqlite3_value_int64(value(column, SQLITE_INTEGER, "an integer"));
    }
    bool boolean(int column) const override { return integer(column) != 0; }
    double real(int column) const override {
        auto* const value = sqlite3_column_value(statement_, column);
        auto const type = sqlite3_value_type(value);
        if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) wrong(column, "a number");
        return sqlite3_value_double(value);
    }
    std::string_view text(int column) const override {
        auto* const value = this->value(column, SQLITE_TEXT, "text");
        auto const* data = reinterpret_cast<char const*>(sqlite3_value_text(value));
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(value))};
    }
    Bytes bytes(int column) const override {
        auto const view = blob(column);
        return {view.begin(), view.end()};
    }
    Id id(int column) const override {
        auto const view = blob(column);
        Id id;
        if (view.size() != id.bytes.size()) wrong(column, "an id");
        std::ranges::copy(view, id.bytes.begin());
        return id;
    }

  private:
    ByteView blob(int column) const {
        auto* const value = this->value(column, SQLITE_BLOB, "bytes");
        auto const* data = static_cast<std::uint8_t const*>(sqlite3_value_blob(value));
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(value))};
    }
    sqlite3_value* value(int column, int type, char const* what) const {
        auto* const value = sqlite3_column_value(statement_, column);
        if (sqlite3_value_type(value) != type) wrong(column, what);
        return value;
    }
    [[noreturn]] void wrong(int column, char const* what) const {
        throw DatabaseError{Kind::other, "column " + std::to_string(column) + " does not hold " + what};
    }

    sqlite3_stmt* statement_;
};

}  // namespace

struct Connection::Statement {
    struct Finalize {
        void operator()(sqlite3_stmt* prepared) const { sqlite3_finalize(prepared); }
    };

    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    int parameters = 0;
    bool in_use = false;
};

// A statement with its parameters bound, until the end of the scope.
class Connection::Use {
  public:
    Use(Connection& connection, std::string_view sql, std::span<Param const> params)
        : connection_(connection), statement_(connection.prepare(sql)) {
        if (static_cast<int>(params.size()) != statement_->parameters) {
            throw DatabaseError{Kind::other, "the statement has " + std::to_string(statement_->parameters) +
                                                 " parameters, not " + std::to_string(params.size())};
        }
        for (int i = 0; auto const& param : params) bind(handle(), ++i, param.value());
        statement_->in_use = true;
    }
    ~Use() {
        sqlite3_reset(handle());
        statement_->in_use = false;
    }
    Use(Use const&) = delete;
    Use& operator=(Use const&) = delete;

    sqlite3_stmt* handle() const { return statement_->handle.get(); }
    bool step() {
        auto const result = sqlite3_step(handle());
        if (result != SQLITE_ROW && result != SQLITE_DONE) connection_.fail();
        return result == SQLITE_ROW;
    }

  private:
    Connection& connection_;
    std::shared_ptr<Statement> statement_;
};

Connection::Connection(std::string const& path, Role role) : role_(role) {
    // Counting every allocation under one lock would make the threads wait for one another.
    [[maybe_unused]] static int const once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    bool const in_memory = path == ":memory:";
    if (!in_memory) create_private_file(path);
    sqlite3* handle = nullptr;
    auto const flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    auto const result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    try {
        if (result != SQLITE_OK) throw last_error(handle);
        configure(in_memory);
    } catch (DatabaseError const& error) {
        auto const kind = error.kind() == Kind::full ? Kind::full : Kind::unavailable;
        throw DatabaseError{kind, "cannot open the database " + path + ": " + error.what()};
    }
}

void Connection::configure(bool in_memory) {
    auto* handle = handle_.get();
    sqlite3_busy_timeout(handle, busy_timeout_millis);
    for (auto const& [option, value] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                        {SQLITE_DBCONFIG_DQS_DML, 0},
                                        {SQLITE_DBCONFIG_DQS_DDL, 0},
                                        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}}) {
        sqlite3_db_config(handle, option, value, nullptr);
    }
    bool logged = in_memory;
    query("PRAGMA journal_mode = WAL", {}, [&](Row const& row) { logged = logged || row.text(0) == "wal"; });
    if (!logged)
        throw DatabaseError{Kind::unavailable, "the file system does not support write-ahead logging"};
    // The writer copies the log itself (checkpoint), at a moment when no work waits. Nothing temporary goes
    // to a file: when SQLite 3.40 moves there what a statement may have to take back, it can take an empty
    // write for a full disk.
    run_script(
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
        "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;");
    set_read_only(role_ != Role::writer);
    sqlite3_wal_hook(
        handle,
        [](void* self, sqlite3*, char const*, int pages) {
            auto& connection = *static_cast<Connection*>(self);
            if (pages < connection.log_pages_) connection.copied_pages_ = 0;  // the log has begun anew
            connection.log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    sqlite3_progress_handler(
        handle, instructions_between_deadline_checks,
        [](void* self) { return static_cast<Connection const*>(self)->is_over() ? 1 : 0; }, this);
    if (role_ == Role::lookup) sqlite3_busy_timeout(handle, 0);
}

std::shared_ptr<Connection::Statement> Connection::prepare(std::string_view sql) {
    auto const known = statements_.find(sql);
    if (known && !known->in_use) return known;
    auto const text = dialect::to_sqlite(sql);
    auto made = std::make_shared<Statement>();
    sqlite3_stmt* handle = nullptr;
    char const* rest = nullptr;
    auto const flags = known ? 0U : static_cast<unsigned>(SQLITE_PREPARE_PERSISTENT);
    if (sqlite3_prepare_v3(handle_.get(), text.data(), static_cast<int>(text.size()), flags, &handle,
                           &rest) != SQLITE_OK) {
        fail();
    }
    made->handle.reset(handle);
    if (handle == nullptr) throw DatabaseError{Kind::other, "the statement is empty"};
    auto const unread = std::string_view{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
    if (unread.find_first_not_of(" \t\r\n;") != unread.npos) {
        throw DatabaseError{Kind::other, "one statement at a time: use run_script for several"};
    }
    made->parameters = sqlite3_bind_parameter_count(handle);
    if (!known) statements_.insert(sql, made);
    return made;
}

void Connection::query(std::string_view sql, std::span<Param const> params, Tx::Each const& each) {
    Use statement(*this, sql, params);
    StatementRow const row(statement.handle());
    while (statement.step()) {
        each(row);
        // Long texts take their time between two of SQLite's own looks at the clock.
        if (role_ == Role::lookup && is_over())
            throw DatabaseError{Kind::interrupted, "the lookup took too long"};
    }
}

std::int64_t Connection::execute(std::string_view sql, std::span<Param const> params) {
    auto const before = sqlite3_total_changes64(handle_.get());
    Use statement(*this, sql, params);
    while (statement.step()) continue;
    // A statement that changes nothing leaves the count of the one before it.
    return sqlite3_total_changes64(handle_.get()) == before ? 0 : sqlite3_changes64(handle_.get());
}

void Connection::run_script(std::string_view sql) {
    std::string const text{sql};
    ++scripts_;
    if (sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void Connection::set_read_only(bool read_only) {
    auto const* pragma = read_only ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF";
    if (sqlite3_exec(handle_.get(), pragma, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void Connection::require_foreign_keys() const {
    int unresolved = 0;
    int unused = 0;
    sqlite3_db_status(handle_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &unused, 0);
    if (unresolved != 0) throw DatabaseError{Kind::foreign_key, "a deferred foreign key refers to nothing"};
}

void Connection::roll_back() noexcept {
    set_deadline(Steady::time_point::max());
    if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::checkpoint(bool wait_for_readers) noexcept {
    set_deadline(Steady::time_point::max());
    auto const mode = wait_for_readers ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    int pages = 0;
    int copied = 0;
    sqlite3_busy_timeout(handle_.get(), checkpoint_wait_millis);
    auto const result = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, &pages, &copied);
    sqlite3_busy_timeout(handle_.get(), busy_timeout_millis);
    if ((result == SQLITE_OK || result == SQLITE_BUSY) && pages >= 0) {
        log_pages_ = pages;
        copied_pages_ = copied;
    }
}

void Connection::tidy_up() noexcept {
    set_deadline(Steady::time_point::max());
    sqlite3_exec(handle_.get(), "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
}

}  // namespace securestack::sqlite
