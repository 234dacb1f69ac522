// PostgreSQL: threads with a connection each, half of them for reads. Writes are SERIALIZABLE and are run
// again when the server asks for it.
#pragma once

#include <memory>
#include <random>

#include "storage/postgres_connection.hpp"
#include "storage/queued_database.hpp"

namespace securestack::postgres {

class PostgresDatabase final : public QueuedDatabase {
  public:
    // Connects once, so that a mistake shows at the start; the other connections are made when they are first
    // needed.
    PostgresDatabase(Secret url, DatabaseOptions options, Log& log);
    ~PostgresDatabase() override { close(); }

    std::optional<Time> probe() override;
    Engine engine() const override { return Engine::postgresql; }
    void close() override;

  private:
    using Slot = std::unique_ptr<Connection>;
    // What one try to run a unit came to.
    struct Try {
        std::exception_ptr error;
        std::vector<Action> actions;
        bool again = false;
    };
    class Backoff;

    void work_loop(UnitQueue& queue, Slot slot);
    void run(Slot& slot, Unit& unit);
    Slot connect();
    Try run_once(Slot& slot, Unit& unit);
    Try run_read(Connection& connection, Unit& unit);
    Try run_write(Connection& connection, Unit& unit);
    bool pause(std::chrono::milliseconds time);
    std::optional<Time> ask_time();

    Secret const url_;
    std::mutex pause_mutex_;
    std::condition_variable closed_;
    std::mutex probe_mutex_;
    Slot probe_;  // for probe()
};

}  // namespace securestack::postgres
