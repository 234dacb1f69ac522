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
#include "identity/api_key.hpp"
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

// The same of an API key and its owner; `alive` while the key is there and its owner not disabled.
struct KeyState : SessionState {
    ApiKey key;
};

class SessionCache {
  public:
    static constexpr std::chrono::milliseconds freshness{900};

    std::optional<SessionState> find(Id session, Time now);

    // A stamp taken before the database is read. What was read is kept only if nothing was forgotten since:
    // it could be older than the change that made it wrong.
    std::uint64_t stamp() const;
    void put(Id session, SessionState state, Time now, std::uint64_t read_after);

    std::optional<KeyState> find_key(Id key, Time now);
    void put_key(Id key, KeyState state, Time now, std::uint64_t read_after);

    void forget_session(Id session);
    void forget_user(Id user);  // its sessions and its keys

  private:
    template <class State>
    struct Entry {
        State state;
        Time read_at{};
    };
    template <class State>
    using Entries = RecentCache<Id, Entry<State>>;

    template <class State>
    static std::optional<State> fresh(Entries<State>& entries, Id id, Time now);

    mutable std::mutex mutex_;
    std::uint64_t changes_ = 0;
    Entries<SessionState> sessions_{16'384};
    Entries<KeyState> keys_{4'096};
};

}  // namespace securestack
