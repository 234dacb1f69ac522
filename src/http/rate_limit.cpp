#include "http/rate_limit.hpp"

#include <algorithm>

namespace securestack {
namespace {

using std::chrono::ceil;
using std::chrono::microseconds;
using std::chrono::seconds;

void emplace(std::optional<RateLimiter>& limiter, std::optional<RateRule> const& rule) {
    if (rule) limiter.emplace(*rule);
}

std::string_view text_of_id(Id const& id) {
    return {reinterpret_cast<char const*>(id.bytes.data()), id.bytes.size()};
}

// draft-ietf-httpapi-ratelimit-headers-10
void add_fields(Headers& fields, std::string_view policy, RateRule const& rule, RateVerdict const& verdict) {
    auto const name = '"' + std::string{policy} + '"';
    fields.add("RateLimit-Policy",
               name + ";q=" + std::to_string(rule.count) + ";w=" + std::to_string(rule.period.count()));
    fields.add("RateLimit", name + ";r=" + std::to_string(verdict.remaining) +
                                ";t=" + std::to_string(verdict.restored.count()));
}

}  // namespace

RateLimiter::RateLimiter(RateRule rule, std::size_t most_subjects)
    : rule_(rule), most_subjects_(most_subjects) {}

RateVerdict RateLimiter::admit(std::string_view subject, Time now) {
    microseconds const period = rule_.period;
    auto const interval = std::max(period / rule_.count, microseconds{1});
    std::lock_guard const lock(mutex_);
    auto known = arrivals_.find(std::string{subject});
    if (known == arrivals_.end()) {
        if (arrivals_.size() >= most_subjects_) make_room(now);
        known = arrivals_.emplace(subject, now).first;
    }
    // A clock that was set back must not shut anybody out for longer than the period.
    auto& arrival = known->second;
    arrival = std::clamp(arrival, now, now + period);
    auto const wait = arrival + interval - period - now;
    if (wait > microseconds::zero())
        return {.admitted = false, .remaining = 0, .restored = ceil<seconds>(wait)};
    arrival += interval;
    auto const spent = arrival - now;
    return {.admitted = true,
            .remaining = std::min(std::max(period - spent, microseconds::zero()) / interval, rule_.count),
            .restored = ceil<seconds>(spent)};
}

void RateLimiter::make_room(Time now) {
    std::erase_if(arrivals_, [now](auto const& each) { return each.second <= now; });
    if (arrivals_.size() >= most_subjects_) arrivals_.clear();
}

RateLimits::RateLimits(RateRules const& rules) {
    emplace(address_, rules.address);
    emplace(user_, rules.user);
    emplace(key_, rules.key);
}

RateLimits::Standing RateLimits::admit(Principal const& principal, Address const& client, Time now) {
    bool const by_key = !principal.key.is_nil();
    auto& limiter = principal.is_anonymous() ? address_ : by_key ? key_ : user_;
    std::string_view const policy = principal.is_anonymous() ? "address" : by_key ? "key" : "user";
    Standing standing;
    if (!limiter) return standing;
    auto const verdict = principal.is_anonymous()
                             ? limiter->admit(client.limit_key(), now)
                             : limiter->admit(text_of_id(by_key ? principal.key : principal.user), now);
    add_fields(standing.fields, policy, limiter->rule(), verdict);
    if (verdict.admitted) return standing;
    standing.refusal = Problem{ErrorCode::too_many_requests, "There were too many requests. Wait for " +
                                                                 std::to_string(verdict.restored.count()) +
                                                                 " seconds, then go on slower."};
    standing.refusal->retry_after = verdict.restored;
    return standing;
}

}  // namespace securestack
