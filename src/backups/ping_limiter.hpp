// How often one task may be pinged, on this replica: GCRA in memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/id.hpp"
#include "core/time.hpp"
#include "identity/settings.hpp"

namespace securestack {

// Thread-safe. Keys that are not known to be anybody's count as well, so their number is bounded: beyond it
// those that have their whole quota are forgotten, and if that is not enough, all.
class PingLimiter {
  public:
    explicit PingLimiter(std::optional<Rate> rate, std::size_t most_keys = 100'000)
        : rate_(rate), most_keys_(most_keys) {}

    // nullopt when the ping may go on; otherwise how long to wait.
    std::optional<std::chrono::seconds> admit(Id key, Time now);

  private:
    void make_room(Time now);

    std::optional<Rate> const rate_;
    std::size_t const most_keys_;
    std::mutex mutex_;
    std::unordered_map<Id, Time> arrivals_;
};

}  // namespace securestack
