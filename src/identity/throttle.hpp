// How often a credential may be tried. The counts are rows of the database, so that they hold across replicas
// and restarts. An attempt is counted before it is evaluated and the count is taken back by a success:
// attempts that run at the same time cannot slip past.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/time.hpp"
#include "identity/settings.hpp"
#include "storage/database.hpp"

namespace securestack {

// What is known of one subject.
struct ThrottleState {
    Time arrival{};             // GCRA: when the next attempt would be due at the steady rate
    std::int64_t failures = 0;  // consecutive, the ones being evaluated included
    Time blocked_until{};

    bool operator==(ThrottleState const&) const = default;
};

// After this many consecutive failures nothing is evaluated until the password is set anew.
inline constexpr std::int64_t most_failures = 100;

// The wait after the nth consecutive failure: none before the 5th, then 2, 4, 8 … seconds, 15 minutes at
// most.
std::chrono::seconds delay_after(std::int64_t failures);

struct ThrottleRule {
    std::optional<Rate> rate;
    bool counts_failures = false;
};

// Pure. The state after one more attempt, or how long to wait. A state from the far future (a clock that was
// set back) counts as no later than it could have become by now.
std::expected<ThrottleState, std::chrono::seconds> admit(ThrottleState state, ThrottleRule const& rule,
                                                         Time now);

// Pure. The state after an attempt that was admitted has failed: what comes next must wait.
ThrottleState after_failure(ThrottleState state, Time now);

// What is counted, and by what.
enum class ThrottleScope : std::uint8_t {
    login_address,
    login_account,    // by name, whether there is such a user or not
    confirm_account,  // the current password asked for within a session
    account_making    // registration and set-up, by address
};

class Throttle {
  public:
    explicit Throttle(IdentitySettings const& settings) : rate_(settings.login_rate) {}

    // Counts one attempt in the caller's write transaction, or refuses with 429 and Retry-After. A refusal
    // changes nothing.
    Result<void> admit(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;

    // One login, by its address and by the name that was typed. The failures of a name that nobody has (not
    // `known`) are forgotten after a month without an attempt, the others never.
    Result<void> admit_login(Tx& tx, std::string_view address, std::string_view username_fold, bool known,
                             Time now) const;

    // An attempt that was admitted has failed.
    void failed(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;

    // Forgets the failures of `subject`: it has proved itself, or its password was set anew.
    void clear(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;

  private:
    Result<void> count(Tx& tx, ThrottleScope scope, std::string_view subject, bool lasting, Time now) const;
    ThrottleRule rule(ThrottleScope scope) const;
    std::optional<Rate> rate_;
};

}  // namespace securestack
