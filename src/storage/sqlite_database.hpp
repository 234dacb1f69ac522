// SQLite: one writer thread that commits in groups, reader threads beside it, and lookups on the threads that
// ask for them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/commit_delay.hpp"
#include "storage/queued_database.hpp"
#include "storage/shelf.hpp"
#include "storage/sqlite_connection.hpp"

namespace securestack::sqlite {

class SqliteDatabase final : public QueuedDatabase {
  public:
    SqliteDatabase(std::string const& path, DatabaseOptions options, Log& log);
    ~SqliteDatabase() override { close(); }

    std::optional<Time> probe() override;
    Engine engine() const override { return Engine::sqlite; }
    void close() override;

  private:
    // One unit in a group, answered after the commit.
    struct Member {
        Unit unit;
        std::vector<Action> actions;
        std::exception_ptr error;
        bool statement_failed = false;
        bool broke_group = false;  // its failure undid the whole transaction: it is not run again
    };
    // Whether a unit's failure can be undone without the rest of its group. Few units fail after they wrote
    // something, and a savepoint copies every page that is touched: a group does without, until one does.
    // Then the next groups have them, too, so that nobody can make every group run twice.
    enum class Guard { none, savepoint };

    UnitQueue& queue_for(UnitKind kind) override;
    void write_loop();
    void read_loop(Connection& connection);
    bool looked_up(Unit& unit) override;
    // Ends with what the transaction leaves to be done after it; throws what the work throws.
    std::vector<Action> run_read(Connection& connection, Unit& unit);

    void run_group(Unit first);
    // Runs members as long as work is waiting and the group is within its bounds. A member sees what those
    // before it wrote, so what each came to holds only together with them.
    void fill_group(std::vector<Member>& group);
    bool join_next(std::vector<Member>& group, Steady::time_point begun);
    // False when a failure left traces in the transaction.
    bool run_member(Member& member, Guard guard);
    void run_unit(Member& member, Guard guard);
    void begin();
    void commit(std::vector<Member>& group);
    void checkpoint_when_due(int new_pages);

    bool const in_memory_;
    // The only connection that writes or copies the log. A checkpoint that meets another connection's commit
    // can lose what was committed, in SQLite before 3.51.3 (https://sqlite.org/wal.html#walresetbug).
    std::unique_ptr<Connection> writer_;
    std::vector<std::unique_ptr<Connection>> readers_;
    Shelf<Connection> lookups_;
    std::mutex probe_mutex_;
    std::unique_ptr<Connection> probe_;  // for probe()
    CommitDelay delay_;
    int guarded_groups_ = 0;   // that are still to come
    int waited_at_pages_ = 0;  // the log's length when the writer last waited for readers
};

}  // namespace securestack::sqlite
