// Removes what has had its time, a little at a time: of several replicas one does it, in transactions so
// short that nobody waits for them, and never the audit log.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace securestack {

// Rows in one transaction: it holds up SQLite's writer for some milliseconds.
inline constexpr std::int64_t purge_batch = 500;

// One kind of thing that is kept for a time only.
struct Purge {
    std::string name;
    // Removes a batch in transactions of its own; true when there may be more.
    std::function<bool()> batch;
};

class Housekeeper {
  public:
    // The references must outlive it.
    Housekeeper(Database& database, Clock const& clock, IdSource& ids, Log& log, std::vector<Purge> purges);

    // Runs every purge, each for some seconds at most, if this replica holds the lease or can have it; for a
    // timer of a minute. A failure is logged, and keeps no other purge.
    void round();
    // A round under way ends with its batch, and none is begun. Thread-safe.
    void stop() { stopping_ = true; }

  private:
    bool claim();
    void run(Purge const& purge);

    Database& database_;
    Clock const& clock_;
    Log& log_;
    std::vector<Purge> const purges_;
    std::string const holder_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace securestack
