// Does what has to be done now and then, a little at a time: removes what has had its time (never the audit
// log), and keeps up what is derived from the rest. Of several replicas one does it, in transactions so short
// that nobody waits for them.
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
inline constexpr std::int64_t chore_batch = 500;

// One of the things that it does.
struct Chore {
    std::string name;
    // Does some of it, in transactions of its own; true when there may be more.
    std::function<bool()> batch;
};

class Housekeeper {
  public:
    // The references must outlive it.
    Housekeeper(Database& database, Clock const& clock, IdSource& ids, Log& log, std::vector<Chore> chores);

    // Runs every chore, each for some seconds at most, if this replica holds the lease or can have it; for a
    // timer of a minute. A failure is logged, and keeps no other chore.
    void round();
    // A round under way ends with its batch, and none is begun. Thread-safe.
    void stop() { stopping_ = true; }

  private:
    bool claim();
    void run(Chore const& chore);

    Database& database_;
    Clock const& clock_;
    Log& log_;
    std::vector<Chore> const chores_;
    std::string const holder_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace securestack
