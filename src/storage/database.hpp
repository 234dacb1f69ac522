// The database: closures over a synchronous transaction, run whole on a database thread.
//
//   db.write([&](Tx& tx) { tx.execute("UPDATE …", {…}); }, done);
//
// Statements are written once, with $1, $2 … as placeholders (a number may recur). Two engines: SQLite (WAL,
// synchronous=FULL, one writer with group commit, readers beside it) and PostgreSQL (a bounded pool of
// connections, prepared statements, SERIALIZABLE writes that are run again on 40001, 40P01 and a lost
// connection).
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "storage/value.hpp"

namespace securestack {

class DatabaseError : public std::runtime_error {
  public:
    enum class Kind {
        unique,  // a UNIQUE constraint; `constraint()` names it
        foreign_key,
        check,          // CHECK or NOT NULL
        serialization,  // 40001, 40P01, SQLITE_BUSY: the same work may succeed when run again
        interrupted,    // ran past its deadline, or was stopped
        unavailable,    // connection refused or lost, too many connections, shutting down
        full,           // disk full or an I/O error: nothing was written
        schema,         // a migration failed, or the schema is newer than this program
        other           // a mistake in a statement
    };

    DatabaseError(Kind kind, std::string const& message, std::string constraint = {})
        : std::runtime_error(message), kind_(kind), constraint_(std::move(constraint)) {}

    Kind kind() const { return kind_; }
    // The index or constraint as it is named in the migration ("servers_owner_name"), when the engine tells.
    // Name every UNIQUE constraint as an index in the migration: SQLite reports its columns, which the engine
    // maps back.
    std::string const& constraint() const { return constraint_; }

  private:
    Kind kind_;
    std::string constraint_;
};

// What a client is told when a database error reaches the edge of a request: 503 for what may pass, 500
// otherwise.
Problem to_problem(DatabaseError const& error);

enum class Engine { sqlite, postgresql };

class RowTexts;

// One transaction. Not thread-safe; lives only inside the closure that it is given to.
class Tx {
  public:
    using Each = std::function<void(Row const&)>;

    virtual ~Tx() = default;
    Tx() = default;
    Tx(Tx const&) = delete;
    Tx& operator=(Tx const&) = delete;

    // Runs one statement and calls `each` for every row, in order, as they arrive; `each` may itself use the
    // transaction. Throws DatabaseError, also for a text that holds a NUL, which PostgreSQL cannot store.
    // After an error the transaction can only be rolled back, except inside `attempt`.
    virtual void query(std::string_view sql, std::span<Param const> params, Each const& each) = 0;
    void query(std::string_view sql, std::initializer_list<Param> params, Each const& each) {
        query(sql, std::span<Param const>(params.begin(), params.size()), each);
    }

    // Runs one statement; returns the number of rows that it inserted, updated or deleted.
    virtual std::int64_t execute(std::string_view sql, std::span<Param const> params) = 0;
    std::int64_t execute(std::string_view sql, std::initializer_list<Param> params = {}) {
        return execute(sql, std::span<Param const>(params.begin(), params.size()));
    }

    // Runs `work` inside a savepoint; on DatabaseError rolls back to it and throws on.
    // What `work` gave to `on_commit` is dropped with it. Attempts nest.
    virtual void attempt(std::function<void()> const& work) = 0;

    // The same for one statement that may break a constraint (`unique`, `foreign_key`, `check`), and cheaper;
    // returns what `execute` returns. Another error is not taken back.
    virtual std::int64_t attempt(std::string_view sql, std::span<Param const> params) = 0;

    // From here on the unit may take as long as it needs, until a stop is requested: then its next statement,
    // or its commit, throws DatabaseError{interrupted}, and nothing of it stays.
    virtual void run_until(std::stop_token stop) = 0;

    // Runs a text of several statements without parameters; for migrations.
    virtual void run_script(std::string_view sql) = 0;

    // The first row as `read` makes it, nullopt when there is none.
    template <class Read>
    auto first(std::string_view sql, std::initializer_list<Param> params, Read const& read)
        -> std::optional<decltype(read(std::declval<Row const&>()))> {
        std::optional<decltype(read(std::declval<Row const&>()))> found;
        query(sql, params, [&](Row const& row) {
            if (!found) found.emplace(read(row));
        });
        return found;
    }

    virtual Engine engine() const = 0;
    // The database's clock; the one clock that all replicas share.
    virtual Time database_now() = 0;

    // Runs after the commit succeeded (never after a rollback), on the thread of Database::Done.
    // Must not throw.
    virtual void on_commit(std::move_only_function<void()> action) = 0;

    // What was made of rows by transactions like this one; null when it may see what is never committed.
    virtual RowTexts* row_texts() { return nullptr; }

    // Bookkeeping for the invariant "no mutation without its audit record" (src/audit, src/http).
    bool audited = false;
};

// The time that all replicas share: `now`, which this process's clock has just said, corrected by how far
// this machine is from the database's. So a clock that a test moves by hand counts, too. On PostgreSQL it is
// a statement.
Time shared_now(Tx& tx, Time now);

struct DatabaseStats {
    std::size_t read_queue = 0;
    std::size_t write_queue = 0;
    std::uint64_t commits =
        0;  // transactions committed by writes; group commit makes them fewer than the writes
    std::uint64_t retries = 0;  // times that a unit was run again
};

// Told of each finished unit: how long it waited in its queue and how long it ran (with its commit).
using DatabaseObserver =
    std::function<void(bool write, std::chrono::nanoseconds waited, std::chrono::nanoseconds ran)>;

struct DatabaseOptions {
    std::size_t readers = 2;                   // SQLite reader threads; PostgreSQL: as many again for writes
    std::size_t lookups = 2;                   // SQLite: lookups on their callers' threads at once
    std::size_t row_texts = 16 * 1024 * 1024;  // bytes of what is kept of rows (Tx::row_texts)
    std::size_t queue = 1024;                  // waiting units per queue, then `submit` refuses
    std::chrono::milliseconds deadline{10'000};  // a unit older than this is not begun, and is interrupted
    DatabaseObserver observer{};
};

enum class UnitKind {
    lookup,  // a read of rows that an index leads to, so quick that handing it over would cost as much
    read,
    write,
    bulk,        // a write that takes seconds: it shares no commit, and leaves its rules to constraints
    maintenance  // a write without a deadline, alone under the engine's lock: migrations
};
constexpr bool is_write(UnitKind kind) {
    return kind != UnitKind::lookup && kind != UnitKind::read;
}

// Thread-safe.
class Database {
  public:
    using Work = std::move_only_function<void(Tx&)>;
    // Called exactly once, on a database thread (after a lookup perhaps on the caller's), with null when the
    // work was committed (write) or finished (read).
    using Done = std::move_only_function<void(std::exception_ptr)>;

    Database() = default;
    Database(Database const&) = delete;
    Database& operator=(Database const&) = delete;
    virtual ~Database() = default;

    // Queue a unit of work. An exception from `work` rolls its writes back and reaches `done`; other units
    // are not touched. When the queue is full, `done` gets DatabaseError{unavailable} at once, on the calling
    // thread. A write or a lookup may be run more than once: it must have no effect outside the transaction.
    void read(Work work, Done done) { submit(UnitKind::read, std::move(work), std::move(done)); }
    // An engine that needs no server may run this one, and `done`, on the calling thread before it returns;
    // when it takes longer than it should it is run again elsewhere.
    void look_up(Work work, Done done) { submit(UnitKind::lookup, std::move(work), std::move(done)); }
    void write(Work work, Done done) { submit(UnitKind::write, std::move(work), std::move(done)); }
    virtual void submit(UnitKind kind, Work work, Done done) = 0;

    // The same for code that is not a request (command line, start-up, tests): waits, returns what `work`
    // returns, throws what it throws. Never call these from a database thread.
    template <class F>
    auto read_now(F&& work) -> decltype(work(std::declval<Tx&>())) {
        return run_now(UnitKind::read, std::forward<F>(work));
    }
    template <class F>
    auto write_now(F&& work) -> decltype(work(std::declval<Tx&>())) {
        return run_now(UnitKind::write, std::forward<F>(work));
    }
    template <class F>
    auto bulk_now(F&& work) -> decltype(work(std::declval<Tx&>())) {
        return run_now(UnitKind::bulk, std::forward<F>(work));
    }
    template <class F>
    auto maintain_now(F&& work) -> decltype(work(std::declval<Tx&>())) {
        return run_now(UnitKind::maintenance, std::forward<F>(work));
    }

    // What time it is there, by a statement on a connection of its own: units that wait or run long do not
    // make the database look away. Nothing when it cannot be reached. Blocks, for some seconds when the
    // server is silent.
    virtual std::optional<Time> probe() = 0;
    virtual Engine engine() const = 0;
    virtual DatabaseStats stats() const = 0;
    // Finishes what is queued, refuses the rest, joins the threads. Idempotent. Whoever calls look_up has
    // stopped before.
    virtual void close() = 0;

  private:
    void wait(UnitKind kind, std::function<void(Tx&)> work);

    template <class F>
    auto run_now(UnitKind kind, F&& work) -> decltype(work(std::declval<Tx&>())) {
        using T = decltype(work(std::declval<Tx&>()));
        if constexpr (std::is_void_v<T>) {
            wait(kind, [&](Tx& tx) { work(tx); });
        } else {
            std::optional<T> value;
            wait(kind, [&](Tx& tx) {
                value.reset();
                value.emplace(work(tx));
            });
            return std::move(*value);
        }
    }
};

// `url` is "sqlite:/path/to/file", "sqlite::memory:" (one private database, no concurrent reads) or
// "postgres://…" / "postgresql://…" (libpq's own syntax; it may hold a password, and is never logged). Throws
// DatabaseError when it cannot be opened. Does not migrate.
std::unique_ptr<Database> open_database(Secret const& url, DatabaseOptions options, Log& log);

}  // namespace securestack
