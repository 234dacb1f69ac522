#include "storage/postgres_database.hpp"

#include <algorithm>

#include "storage/dialect.hpp"
#include "storage/engine_tx.hpp"

namespace securestack::postgres {
namespace {

using namespace std::chrono_literals;
using Kind = DatabaseError::Kind;

constexpr int max_tries = 10;
constexpr auto probe_patience = 2s;
constexpr auto longest_reconnect = 2s;  // then the caller hears that the database is away

constexpr auto time_statement = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)";

class PostgresTx final : public ConnectionTx<Connection> {
  public:
    using ConnectionTx::ConnectionTx;

    Engine engine() const override { return Engine::postgresql; }
    Time database_now() override {
        return first(time_statement, {}, [](Row const& row) { return row.time(0); }).value();
    }

  private:
    bool undoes_statements() const override { return false; }
};

std::string_view begin_statement(UnitKind kind) {
    switch (kind) {
        case UnitKind::lookup:
        case UnitKind::read:
            return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        case UnitKind::write:
            return "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
        // Held against all that happens meanwhile it would never come to its end.
        case UnitKind::bulk:
            return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
        // Must see what others committed while it waited for its lock.
        case UnitKind::maintenance:
            break;
    }
    return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 0";
}

}  // namespace

// Growing, random pauses, so that those who got in one another's way do not meet again.
class PostgresDatabase::Backoff {
  public:
    std::chrono::milliseconds next() {
        ceiling_ = std::min(ceiling_ * 2, 500);
        thread_local std::minstd_rand random{std::random_device{}()};
        return std::chrono::milliseconds{std::uniform_int_distribution{1, ceiling_}(random)};
    }

  private:
    int ceiling_ = 2;
};

PostgresDatabase::PostgresDatabase(Secret url, DatabaseOptions options, Log& log)
    : QueuedDatabase(std::move(options), log), url_(std::move(url)) {
    check_url(url_);
    auto first = std::make_unique<Connection>(url_, options_.deadline);
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.readers, 1); ++i) {
        // std::function must be copyable; the slot is handed over through a shared pointer.
        auto slot = std::make_shared<Slot>(std::move(first));
        start_thread("db-write", [this, slot] { work_loop(writes_, std::move(*slot)); });
        start_thread("db-read", [this] { work_loop(reads_, nullptr); });
    }
}

void PostgresDatabase::close() {
    {
        std::lock_guard lock(pause_mutex_);
        closing_ = true;
    }
    closed_.notify_all();
    QueuedDatabase::close();
    std::lock_guard lock(probe_mutex_);
    probe_.reset();
}

std::optional<Time> PostgresDatabase::probe() {
    std::lock_guard lock(probe_mutex_);
    if (closing_) return std::nullopt;
    bool const was_open = probe_ != nullptr;
    auto time = ask_time();
    if (!time && was_open)
        time = ask_time();  // a connection that broke while idle says nothing of the server
    return time;
}

std::optional<Time> PostgresDatabase::ask_time() {
    std::optional<Time> time;
    try {
        if (!probe_) probe_ = std::make_unique<Connection>(url_, options_.deadline);
        probe_->set_deadline(Steady::now() + probe_patience);
        probe_->query(time_statement, {}, [&](Row const& row) { time = row.time(0); });
    } catch (DatabaseError const&) {
        probe_.reset();
    }
    return time;
}

void PostgresDatabase::work_loop(UnitQueue& queue, Slot slot) {
    while (auto unit = queue.pop()) {
        if (!expired(*unit)) run(slot, *unit);
    }
}

// False when the database is closing.
bool PostgresDatabase::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(pause_mutex_);
    return !closed_.wait_for(lock, time, [&] { return closing_.load(); });
}

void PostgresDatabase::run(Slot& slot, Unit& unit) {
    Backoff backoff;
    auto const patience = std::min(unit.deadline, unit.begun + longest_reconnect);
    for (int tries = 1;; ++tries) {
        auto outcome = run_once(slot, unit);
        bool const connected = slot != nullptr;
        if (slot && !slot->usable()) slot.reset();
        auto const until = connected ? unit.deadline : patience;
        bool const again = outcome.again && (tries < max_tries || !connected) && Steady::now() < until;
        if (again && pause(backoff.next())) {
            ++retries_;
            continue;
        }
        return finish(unit, outcome.actions, std::move(outcome.error));
    }
}

// Another server may have taken over that lacks the last commits, or an older state may have been restored:
// the same version of a row need not be the same row.
PostgresDatabase::Slot PostgresDatabase::connect() {
    auto slot = std::make_unique<Connection>(url_, options_.deadline);
    row_texts_.clear();
    return slot;
}

PostgresDatabase::Try PostgresDatabase::run_once(Slot& slot, Unit& unit) {
    Try outcome;
    try {
        if (!slot) slot = connect();
        slot->set_deadline(unit.deadline);
        slot->run_script(begin_statement(unit.kind));
    } catch (DatabaseError const& error) {
        // Nothing has been done yet. That not even a transaction begins may be this connection's fault:
        // behind a proxy it may lead to a standby now.
        outcome.again = error.kind() != Kind::interrupted;
        outcome.error = std::current_exception();
        slot.reset();
        return outcome;
    }
    outcome = unit.kind == UnitKind::read ? run_read(*slot, unit) : run_write(*slot, unit);
    return outcome;
}

PostgresDatabase::Try PostgresDatabase::run_read(Connection& connection, Unit& unit) {
    Try outcome;
    PostgresTx tx(connection, &row_texts_);
    try {
        unit.work(tx);
        tx.require_sound();
        outcome.actions = tx.take_actions();
    } catch (...) {
        outcome.error = std::current_exception();
    }
    connection.roll_back();
    return outcome;
}

PostgresDatabase::Try PostgresDatabase::run_write(Connection& connection, Unit& unit) {
    Try outcome;
    PostgresTx tx(connection);
    bool committing = false;
    try {
        unit.work(tx);
        tx.require_sound();
        // Stopped from here on, it could not be said what became of it.
        if (unit.kind == UnitKind::bulk) connection.set_deadline(Steady::now() + options_.deadline);
        committing = true;
        connection.run_script("COMMIT");
        ++commits_;
        outcome.actions = tx.take_actions();
    } catch (DatabaseError const& error) {
        outcome.error = std::current_exception();
        auto const cause = tx.failure() ? tx.failure()->kind() : error.kind();
        // A connection that was lost during COMMIT: the write may stand, so it is not done again.
        outcome.again = cause == Kind::serialization || (cause == Kind::unavailable && !committing);
    } catch (...) {
        outcome.error = std::current_exception();
        auto const& failure = tx.failure();
        outcome.again =
            failure && (failure->kind() == Kind::serialization || failure->kind() == Kind::unavailable);
    }
    if (outcome.error) connection.roll_back();
    return outcome;
}

}  // namespace securestack::postgres
