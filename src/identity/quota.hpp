// How much of a rate is left, for the client to know before it runs into the limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.hpp"
#include "http/message.hpp"
#include "identity/settings.hpp"

namespace securestack {

struct Quota {
    std::string_view policy;  // "login"
    Rate rate;
    std::int64_t remaining = 0;  // attempts that would be admitted now
    std::chrono::seconds
        restored{};  // until the whole quota is there again; of a refusal, until one attempt is
};

// `arrival` is the GCRA's, after the attempt that is being answered.
Quota quota_left(std::string_view policy, Rate const& rate, Time arrival, Time now);

// RateLimit-Policy and RateLimit as in draft-ietf-httpapi-ratelimit-headers-10; none without a quota.
Headers rate_limit_fields(std::optional<Quota> const& quota);

}  // namespace securestack
