#include "backups/ping_limiter.hpp"

#include <algorithm>

namespace securestack {

std::optional<std::chrono::seconds> PingLimiter::admit(Id key, Time now) {
    if (!rate_) return std::nullopt;
    std::chrono::microseconds const period = rate_->period;
    auto const interval = period / rate_->count;
    std::lock_guard const lock(mutex_);
    if (arrivals_.size() >= most_keys_ && !arrivals_.contains(key)) make_room(now);
    auto& arrival = arrivals_[key];
    // A clock that was set back must not shut anybody out for longer than the period.
    arrival = std::min(arrival, now + period);
    auto const due = std::max(arrival, now);
    auto const wait = due + interval - period - now;
    if (wait > std::chrono::microseconds::zero()) return std::chrono::ceil<std::chrono::seconds>(wait);
    arrival = due + interval;
    return std::nullopt;
}

void PingLimiter::make_room(Time now) {
    std::erase_if(arrivals_, [now](auto const& each) { return each.second <= now; });
    if (arrivals_.size() >= most_keys_) arrivals_.clear();
}

}  // namespace securestack
