#include "storage/sqlite_database.hpp"

#include <algorithm>

#include "storage/engine_tx.hpp"

namespace securestack::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_group_units = 128;
constexpr int guarded_after_failure = 100;  // groups
constexpr auto max_group_time = 20ms;
// The log is copied into the file when this many new pages (4 KiB) are in it: few when no write has come for
// a moment, more while they come, for each copy makes them wait for the disk. Readers that never pause would
// let it grow for ever; at the last number the writer waits for them.
constexpr auto quiet_time = 50ms;
constexpr int idle_checkpoint_pages = 1'000;
constexpr int busy_checkpoint_pages = 2'000;
constexpr int longest_log_pages = 32'000;
// A checkpoint that a slow reader cut short is not tried again at once: waiting costs every write.
constexpr int pages_between_waits = 4'000;
// What a lookup may take of its caller's thread, which others wait for.
constexpr auto longest_lookup = 2ms;

class SqliteTx final : public ConnectionTx<Connection> {
  public:
    using ConnectionTx::ConnectionTx;

    Engine engine() const override { return Engine::sqlite; }
    Time database_now() override { return SystemClock{}.now(); }

  private:
    // SQLite, "The ON CONFLICT Clause": ABORT backs out what the statement did and keeps what came before it.
    bool undoes_statements() const override { return true; }
};

// While it lives, the connection (if any) only reads.
class ReadOnly {
  public:
    explicit ReadOnly(Connection* connection) : connection_(connection) {
        if (connection_ != nullptr) connection_->set_read_only(true);
    }
    ~ReadOnly() {
        if (connection_ != nullptr) connection_->set_read_only(false);
    }
    ReadOnly(ReadOnly const&) = delete;
    ReadOnly& operator=(ReadOnly const&) = delete;

  private:
    Connection* connection_;
};

}  // namespace

SqliteDatabase::SqliteDatabase(std::string const& path, DatabaseOptions options, Log& log)
    : QueuedDatabase(std::move(options), log),
      in_memory_(path == ":memory:"),
      writer_(std::make_unique<Connection>(path, Connection::Role::writer)) {
    for (std::size_t i = 0; i < options_.readers && !in_memory_; ++i) {
        readers_.push_back(std::make_unique<Connection>(path, Connection::Role::reader));
    }
    for (std::size_t i = 0; i < options_.lookups && !in_memory_; ++i) {
        lookups_.add(std::make_unique<Connection>(path, Connection::Role::lookup));
    }
    if (!in_memory_) probe_ = std::make_unique<Connection>(path, Connection::Role::reader);
    start_thread("db-write", [this] { write_loop(); });
    for (auto& reader : readers_) {
        start_thread("db-read", [this, &connection = *reader] { read_loop(connection); });
    }
}

void SqliteDatabase::close() {
    QueuedDatabase::close();
    lookups_.clear();
    readers_.clear();
    {
        std::lock_guard lock(probe_mutex_);
        probe_.reset();
    }
    if (writer_) writer_->tidy_up();
    writer_.reset();
}

std::optional<Time> SqliteDatabase::probe() {
    std::lock_guard lock(probe_mutex_);
    if (closing_) return std::nullopt;
    try {
        if (probe_) probe_->query("SELECT count(*) FROM sqlite_schema", {}, [](Row const&) {});
        return SystemClock{}.now();
    } catch (DatabaseError const&) {
        return std::nullopt;
    }
}

// A database in memory belongs to one connection: its reads wait among the writes.
UnitQueue& SqliteDatabase::queue_for(UnitKind kind) {
    return kind == UnitKind::read && !readers_.empty() ? reads_ : writes_;
}

void SqliteDatabase::read_loop(Connection& connection) {
    while (auto unit = reads_.pop()) {
        if (expired(*unit)) continue;
        std::exception_ptr error;
        std::vector<Action> actions;
        connection.set_deadline(unit->deadline);
        try {
            actions = run_read(connection, *unit);
        } catch (...) {
            error = std::current_exception();
        }
        finish(*unit, actions, std::move(error));
    }
}

bool SqliteDatabase::looked_up(Unit& unit) {
    std::exception_ptr error;
    std::vector<Action> actions;
    unit.begun = unit.submitted;
    {
        auto const connection = lookups_.borrow();
        if (!connection || closing_) return false;
        (*connection).set_deadline(unit.begun + longest_lookup);
        try {
            actions = run_read(*connection, unit);
        } catch (DatabaseError const& failure) {
            using Kind = DatabaseError::Kind;
            if (failure.kind() == Kind::interrupted || failure.kind() == Kind::serialization) return false;
            error = std::current_exception();
        } catch (...) {
            error = std::current_exception();
        }
    }
    finish(unit, actions, std::move(error));
    return true;
}

std::vector<SqliteDatabase::Action> SqliteDatabase::run_read(Connection& connection, Unit& unit) {
    try {
        connection.execute("BEGIN");
        SqliteTx tx(connection, &row_texts_);
        unit.work(tx);
        tx.require_sound();
        connection.execute("COMMIT");
        return tx.take_actions();
    } catch (...) {
        connection.roll_back();
        throw;
    }
}

void SqliteDatabase::write_loop() {
    for (;;) {
        auto unit = writes_.pop_within(quiet_time);
        if (!unit) {
            checkpoint_when_due(idle_checkpoint_pages);
            unit = writes_.pop();
        }
        if (!unit) return;
        if (expired(*unit)) continue;
        run_group(std::move(*unit));
        checkpoint_when_due(busy_checkpoint_pages);
    }
}

void SqliteDatabase::run_group(Unit first) {
    std::vector<Member> group;
    group.emplace_back().unit = std::move(first);
    try {
        begin();
        fill_group(group);
        commit(group);
    } catch (...) {
        writer_->roll_back();
        // Also to those that were refused: by a row, perhaps, that another member wrote and that is gone.
        for (auto& member : group) {
            if (!member.broke_group) member.error = std::current_exception();
        }
    }
    for (auto& member : group) finish(member.unit, member.actions, std::move(member.error));
}

void SqliteDatabase::begin() {
    writer_->set_deadline(Steady::time_point::max());
    writer_->execute("BEGIN IMMEDIATE");
}

void SqliteDatabase::fill_group(std::vector<Member>& group) {
    auto const begun = Steady::now();
    auto guard = guarded_groups_ > 0 ? Guard::savepoint : Guard::none;
    if (guarded_groups_ > 0) --guarded_groups_;
    for (std::size_t next = 0; next < group.size() || join_next(group, begun);) {
        auto& member = group[next++];
        if (member.broke_group || run_member(member, guard)) continue;
        // The others are run again without its traces, whatever they came to before. It is itself, behind a
        // savepoint, unless it was the first or SQLite has rolled the whole transaction back (disk full, an
        // interrupted write).
        member.broke_group = next == 1 || !writer_->in_transaction();
        guard = Guard::savepoint;
        guarded_groups_ = guarded_after_failure;
        writer_->roll_back();
        begin();
        retries_ += next - (member.broke_group ? 1 : 0);
        next = 0;
    }
}

bool SqliteDatabase::join_next(std::vector<Member>& group, Steady::time_point begun) {
    if (group.front().unit.kind == UnitKind::bulk) return false;
    while (group.size() < max_group_units && Steady::now() - begun < max_group_time) {
        auto unit = writes_.try_pop_companion();
        if (!unit && writes_.size() == 0 && delay_.wait(group.size())) continue;
        if (!unit) return false;
        if (expired(*unit)) continue;
        group.emplace_back().unit = std::move(*unit);
        return true;
    }
    return false;
}

bool SqliteDatabase::run_member(Member& member, Guard guard) {
    member.error = nullptr;
    member.actions.clear();
    member.statement_failed = false;
    auto const before = writer_->changes();
    try {
        run_unit(member, guard);
        return true;
    } catch (...) {
        member.error = std::current_exception();
    }
    writer_->set_deadline(Steady::time_point::max());
    if (!writer_->in_transaction()) return false;
    if (guard == Guard::none) return !member.statement_failed && writer_->changes() == before;
    try {
        writer_->execute("ROLLBACK TO SAVEPOINT unit");
        writer_->execute("RELEASE SAVEPOINT unit");
    } catch (DatabaseError const&) {
        writer_->roll_back();
    }
    return writer_->in_transaction();
}

void SqliteDatabase::run_unit(Member& member, Guard guard) {
    writer_->set_deadline(member.unit.deadline);
    if (guard == Guard::savepoint) writer_->execute("SAVEPOINT unit");
    ReadOnly const read_only{member.unit.kind == UnitKind::read ? writer_.get() : nullptr};
    SqliteTx tx(*writer_);
    try {
        member.unit.work(tx);
        tx.require_sound();
        writer_->require_foreign_keys();
    } catch (...) {
        member.statement_failed = tx.failure().has_value();
        throw;
    }
    if (guard == Guard::savepoint) writer_->execute("RELEASE SAVEPOINT unit");
    member.actions = tx.take_actions();
}

void SqliteDatabase::commit(std::vector<Member>& group) {
    writer_->set_deadline(Steady::time_point::max());
    if (std::ranges::all_of(group, [](Member const& member) { return member.error != nullptr; })) {
        writer_->roll_back();
        return;
    }
    auto const begun = Steady::now();
    writer_->execute("COMMIT");
    ++commits_;
    // A bulk write's commit takes long, and says nothing of who comes next.
    if (group.front().unit.kind != UnitKind::bulk)
        delay_.committed(group.size(), writes_.size(), Steady::now() - begun);
}

void SqliteDatabase::checkpoint_when_due(int new_pages) {
    auto const log = writer_->log_pages();
    if (log < waited_at_pages_) waited_at_pages_ = 0;  // the log has begun anew
    bool const too_long = log >= std::max(longest_log_pages, waited_at_pages_ + pages_between_waits);
    if (!too_long && writer_->uncopied_pages() < new_pages) return;
    writer_->checkpoint(too_long);
    if (too_long) waited_at_pages_ = log;
}

}  // namespace securestack::sqlite
