// What this replica knows of the sessions in use, for less than a second at a time: the bound on how long a
// logout, a disabled user or another role on one replica goes unnoticed on the others. Changes made here are
// seen at once. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/principal.hpp"
#include "core/time.hpp"
#include "identity/recent_cache.hpp"

namespace securestack {

struct SessionState {
    Id user{};
    std::string username;
    Role role = Role::user;
    std::int64_t epoch = 0;
    bool alive = false;  // the session runs, and its user is not disabled
    std::vector<Membership> teams = {};
};

class SessionCache {
  public:
    static constexpr std::chrono::milliseconds freshness{900};

    std::optional<SessionState> find(Id session, Time now);

    // A stamp taken before the database is read. What was read is kept only if nothing was forgotten since:
    // it could be older than the change that made it wrong.
    std::uint64_t stamp() const;
    void put(Id session, SessionState state, Time now, std::uint64_t read_after);

    void forget_session(Id session);
    void forget_user(Id user);

  private:
    struct Entry {
        SessionState state;
        Time read_at{};
    };

    mutable std::mutex mutex_;
    std::uint64_t changes_ = 0;
    RecentCache<Id, Entry> entries_{16'384};
};

}  // namespace securestack
