#include "identity/quota.hpp"

#include <algorithm>
#include <string>

namespace securestack {

using std::chrono::ceil;
using std::chrono::microseconds;
using std::chrono::seconds;

Quota quota_left(std::string_view policy, Rate const& rate, Time arrival, Time now) {
    microseconds const period = rate.period;
    auto const interval = period / rate.count;
    auto const spent = std::max(arrival - now, microseconds{0});
    auto const free = std::max(period - spent, microseconds{0});
    return {.policy = policy,
            .rate = rate,
            .remaining = std::min(free / interval, rate.count),
            .restored = ceil<seconds>(spent)};
}

Headers rate_limit_fields(std::optional<Quota> const& quota) {
    Headers fields;
    if (!quota) return fields;
    auto const name = '"' + std::string{quota->policy} + '"';
    fields.add("RateLimit-Policy", name + ";q=" + std::to_string(quota->rate.count) +
                                       ";w=" + std::to_string(quota->rate.period.count()));
    fields.add("RateLimit", name + ";r=" + std::to_string(quota->remaining) +
                                ";t=" + std::to_string(quota->restored.count()));
    return fields;
}

}  // namespace securestack
