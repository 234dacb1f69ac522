// What happened lately, for all who follow it live. The audit log is the outbox: every mutation writes its
// record in its own transaction, so whatever is committed, on whichever replica, is there to be told of. Each
// replica reads the log for all its followers together, at most twice a second, and remembers the last ten
// thousand events.
//
// Records are not committed in the order of their ids: a request may take some seconds. So a look goes back
// over the time that one can take, and leaves out what it has seen. Followers get every event at least once.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "storage/database.hpp"

namespace securestack {

struct Event {
    std::uint64_t number = 0;  // on this replica, in the order in which it learned of them
    Id id{};                   // of its audit record
    Time at{};
    std::string action;  // "server.update"
    std::string type;    // "server"
    std::optional<Id> object;
    std::vector<std::string> changed;  // members
    std::optional<Id> actor;
    Holder last_holder;  // of what was deleted: it cannot be asked any more
};
using EventPointer = std::shared_ptr<Event const>;

// Thread-safe.
class EventHub {
  public:
    static constexpr std::size_t most_events = 10'000;
    static constexpr std::chrono::milliseconds between_looks{500};
    // How long a transaction may take, and how far the clocks of two replicas may be apart.
    static constexpr std::chrono::seconds longest_delay{45};

    // Looks, unless somebody has just looked or is looking.
    void refresh(Tx& tx, std::chrono::steady_clock::time_point now);

    struct Batch {
        std::vector<EventPointer> events;
        bool lost = false;  // there were more than are remembered
    };
    // At most `limit` events beyond `number`.
    Batch after(std::uint64_t number, std::size_t limit) const;
    std::uint64_t latest() const;
    // Where the event with this id stands; nullopt when it is not remembered.
    std::optional<std::uint64_t> find(Id id) const;

  private:
    std::vector<EventPointer> read_new(Tx& tx);
    void keep(std::vector<EventPointer> found);

    mutable std::mutex mutex_;
    std::deque<EventPointer> events_;
    std::uint64_t latest_ = 0;

    std::mutex look_mutex_;  // held by who looks; guards what follows
    std::optional<std::chrono::steady_clock::time_point> looked_at_;
    std::optional<Time> newest_;  // record
    bool fell_behind_ = false;
    std::set<Id> seen_;
};

}  // namespace securestack
