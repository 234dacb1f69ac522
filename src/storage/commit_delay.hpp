// How long a group commit waits for more writes: PostgreSQL's commit_delay and commit_siblings, found by
// itself.
//
// Clients that were answered together soon ask again. Without a delay they fall into two halves that take
// turns, and each half pays for a commit of its own. A client alone never waits.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "storage/unit_queue.hpp"

namespace securestack {

// For the one thread that commits.
class CommitDelay {
  public:
    // Sleeps for a moment when a group of so many is likely to grow; false when it is time to commit.
    bool wait(std::size_t group) {
        if (group >= expected_ || waited_ + moment > patience_) return false;
        auto const begun = Steady::now();
        std::this_thread::sleep_for(moment);
        waited_ += Steady::now() - begun;
        return true;
    }

    // A group of so many was committed, in the time it took, while others came to wait.
    void committed(std::size_t group, std::size_t waiting, Steady::duration time) {
        expected_ = group + waiting;
        patience_ = std::min<Steady::duration>(time / 2, longest);
        waited_ = {};
    }

  private:
    static constexpr std::chrono::microseconds moment{50};
    static constexpr std::chrono::milliseconds longest{2};

    std::size_t expected_ = 0;
    Steady::duration patience_{};
    Steady::duration waited_{};
};

}  // namespace securestack
