// How often a credential may be tried. The counts are rows of the database, so that they hold across replicas
// and restarts. An attempt is reserved before it is evaluated, and becomes a failure only when it was
// evaluated and was wrong: attempts that run at the same time cannot slip past the limit, and those that were
// never evaluated (the server was busy) are not held against anybody.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/time.hpp"
#include "identity/quota.hpp"
#include "identity/settings.hpp"
#include "storage/database.hpp"

namespace securestack {

// What is known of one subject.
struct ThrottleState {
    Time arrival{};             // GCRA: when the next attempt would be due at the steady rate
    std::int64_t failures = 0;  // evaluated, without a success between them
    std::int64_t recent = 0;    // those of them that a day without any has not forgotten
    Time blocked_until{};       // not before the last failure
    std::int64_t pending = 0;   // reserved, their outcome not yet known
    Time pending_until{};       // later than this they will not be evaluated

    bool operator==(ThrottleState const&) const = default;
};

// After this many failures nothing is evaluated until the password is set anew.
inline constexpr std::int64_t most_failures = 100;

// Longer than any attempt takes from its reservation to its outcome: no step of a request begins after ten
// seconds, and none takes longer than ten.
inline constexpr std::chrono::seconds longest_evaluation{30};

// The wait after the nth failure: none before the 5th, then 2, 4, 8 … seconds, 15 minutes at most.
std::chrono::seconds delay_after(std::int64_t failures);

struct ThrottleRule {
    std::optional<Rate> rate;
    bool counts_failures = false;
};

// Pure. The state with one more attempt reserved, or how long to wait. A state from the far future (a clock
// that was set back) counts as no later than it could have become by now.
std::expected<ThrottleState, std::chrono::seconds> admit(ThrottleState state, ThrottleRule const& rule,
                                                         Time now);

// Pure. The state after a reserved attempt was evaluated.
ThrottleState after_failure(ThrottleState state, Time now);
ThrottleState after_success(ThrottleState state);

// What is counted, and by what.
enum class ThrottleScope : std::uint8_t {
    login_address,
    login_account,    // by name, whether there is such a user or not
    confirm_account,  // the current password asked for within a session
    code_account,  // codes of the second factor, at logins and within sessions: only one of them is a success
    account_making  // registration and set-up, by address
};

// What became of asking for an attempt.
struct Admission {
    std::optional<Problem> refusal;  // 429, with Retry-After
    std::optional<Quota> quota;      // when there is a rate: what the client is told of it
};

class Throttle {
  public:
    explicit Throttle(IdentitySettings const& settings) : rate_(settings.login_rate) {}

    // Reserves one attempt in the caller's write transaction, or refuses it.
    Admission admit(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;

    // One login, by its address and by the name that was typed. When the account is the reason to refuse, the
    // address has its attempt counted all the same: commit. Failures under a name that nobody has (not
    // `known`) are forgotten after a day without an attempt, those of a user never.
    Admission admit_login(Tx& tx, std::string_view address, std::string_view username_fold, bool known,
                          Time now) const;

    // The outcome of an attempt that was admitted.
    void failed(Tx& tx, ThrottleScope scope, std::string_view subject, bool known, Time now) const;
    void succeeded(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;
    // It was neither: whoever tried has yet to say more.
    void undecided(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const;

    // Forgets all about `subject`: its password was set anew, or it is somebody else now.
    void forget(Tx& tx, ThrottleScope scope, std::string_view subject) const;
    // What was held against the name `from` is held against `to`, in the place of what was held against that.
    void rename(Tx& tx, ThrottleScope scope, std::string_view from, std::string_view to) const;

    // Removes at most `most` rows that have been forgotten; returns how many.
    static std::int64_t purge(Tx& tx, Time now, std::int64_t most);

  private:
    Admission count(Tx& tx, ThrottleScope scope, std::string_view subject, bool known, Time now) const;
    ThrottleRule rule(ThrottleScope scope) const;
    std::optional<Rate> rate_;
};

}  // namespace securestack
