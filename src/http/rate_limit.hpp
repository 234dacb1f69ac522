// How many requests a caller may send, on this replica: GCRA (a bucket that is refilled evenly) in memory, by
// address for whoever is nobody in particular, by user for sessions, by key for API keys.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/address.hpp"
#include "core/error.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "http/message.hpp"

namespace securestack {

// `count` at once, refilled evenly over `period`.
struct RateRule {
    std::int64_t count = 1;
    std::chrono::seconds period{60};
};

struct RateVerdict {
    bool admitted = true;
    std::int64_t remaining = 0;       // that would be admitted now
    std::chrono::seconds restored{};  // until all are again; of a refusal, until one is
};

// Thread-safe. What subjects there are is the other side's choice, so their number is bounded: beyond it
// those that have their whole quota are forgotten, and if that is not enough, all.
class RateLimiter {
  public:
    explicit RateLimiter(RateRule rule, std::size_t most_subjects = 100'000);
    RateVerdict admit(std::string_view subject, Time now);
    RateRule const& rule() const { return rule_; }

  private:
    void make_room(Time now);

    RateRule const rule_;
    std::size_t const most_subjects_;
    std::mutex mutex_;
    std::unordered_map<std::string, Time> arrivals_;
};

struct RateRules {
    std::optional<RateRule> address;
    std::optional<RateRule> user;
    std::optional<RateRule> key;
};

// Thread-safe.
class RateLimits {
  public:
    explicit RateLimits(RateRules const& rules);

    // The header fields that tell how it stands, or `too_many_requests`; nothing where there is no limit.
    struct Standing {
        std::optional<Problem> refusal;
        Headers fields;
    };
    Standing admit(Principal const& principal, Address const& client, Time now);

  private:
    std::optional<RateLimiter> address_;
    std::optional<RateLimiter> user_;
    std::optional<RateLimiter> key_;
};

}  // namespace securestack
