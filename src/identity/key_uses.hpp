// When API keys were used last: noted in memory, and written for many at once, so that no request waits for
// it and a key costs one write a minute. Thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/address.hpp"
#include "core/id.hpp"
#include "storage/database.hpp"

namespace securestack {

class KeyUses {
  public:
    void note(Id key, Time now, Address const& client);

    // Writes what was noted since the last time.
    void write(Database& database);

  private:
    struct Use {
        Time at{};
        Address client;
    };
    static constexpr std::size_t most = 16'384;  // more are forgotten until the next write

    std::mutex mutex_;
    std::unordered_map<Id, Use> uses_;
};

}  // namespace securestack
