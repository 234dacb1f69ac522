#include "identity/session_cache.hpp"

namespace securestack {

template <class State>
std::optional<State> SessionCache::fresh(Entries<State>& entries, Id id, Time now) {
    auto const* entry = entries.find(id);
    // An entry from the future was read before the clock was set back: its age is not known.
    if (entry == nullptr || entry->read_at > now || now - entry->read_at >= freshness) return std::nullopt;
    return entry->state;
}

std::optional<SessionState> SessionCache::find(Id session, Time now) {
    std::lock_guard const lock{mutex_};
    return fresh(sessions_, session, now);
}

std::optional<KeyState> SessionCache::find_key(Id key, Time now) {
    std::lock_guard const lock{mutex_};
    return fresh(keys_, key, now);
}

std::uint64_t SessionCache::stamp() const {
    std::lock_guard const lock{mutex_};
    return changes_;
}

void SessionCache::put(Id session, SessionState state, Time now, std::uint64_t read_after) {
    std::lock_guard const lock{mutex_};
    if (changes_ == read_after) sessions_.put(session, {std::move(state), now});
}

void SessionCache::put_key(Id key, KeyState state, Time now, std::uint64_t read_after) {
    std::lock_guard const lock{mutex_};
    if (changes_ == read_after) keys_.put(key, {std::move(state), now});
}

void SessionCache::forget_session(Id session) {
    std::lock_guard const lock{mutex_};
    ++changes_;
    sessions_.erase(session);
}

void SessionCache::forget_user(Id user) {
    std::lock_guard const lock{mutex_};
    ++changes_;
    auto const is_its = [&](auto const& entry) { return entry.state.user == user; };
    sessions_.erase_if(is_its);
    keys_.erase_if(is_its);
}

}  // namespace securestack
