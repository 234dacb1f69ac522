#include "identity/session_cache.hpp"

namespace securestack {

std::optional<SessionState> SessionCache::find(Id session, Time now) {
    std::lock_guard const lock{mutex_};
    auto const* entry = entries_.find(session);
    // An entry from the future was read before the clock was set back: its age is not known.
    if (entry == nullptr || entry->read_at > now || now - entry->read_at >= freshness) return std::nullopt;
    return entry->state;
}

std::uint64_t SessionCache::stamp() const {
    std::lock_guard const lock{mutex_};
    return changes_;
}

void SessionCache::put(Id session, SessionState state, Time now, std::uint64_t read_after) {
    std::lock_guard const lock{mutex_};
    if (changes_ == read_after) entries_.put(session, {std::move(state), now});
}

void SessionCache::forget_session(Id session) {
    std::lock_guard const lock{mutex_};
    ++changes_;
    entries_.erase(session);
}

void SessionCache::forget_user(Id user) {
    std::lock_guard const lock{mutex_};
    ++changes_;
    entries_.erase_if([&](Entry const& entry) { return entry.state.user == user; });
}

}  // namespace securestack
