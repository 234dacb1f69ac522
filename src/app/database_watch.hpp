// Whether the database is there and agrees with this machine on what time it is.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace securestack {

// Thread-safe.
class DatabaseWatch {
  public:
    // All three must outlive it. `clock` is the machine's own.
    DatabaseWatch(Database& database, Clock const& clock, Log& log);

    // Asks the database. Blocks for some seconds when it is silent.
    void look();
    // What the last look found wrong, in words; before the first one, nothing.
    std::vector<std::string> faults() const;

  private:
    void note_clock(std::chrono::seconds ahead);

    Database& database_;
    Clock const& clock_;
    Log& log_;
    std::atomic<bool> reachable_ = true;
    std::atomic<std::chrono::seconds> ahead_ = std::chrono::seconds{0};  // of the database's clock
};

}  // namespace securestack
