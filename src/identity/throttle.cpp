#include "identity/throttle.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/digest.hpp"

namespace securestack {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::int64_t free_failures = 4;
constexpr seconds longest_delay{900};

// What may be forgotten is, after this time without an attempt.
constexpr seconds idle{24 * 3600};

std::string_view name_of(ThrottleScope scope) {
    constexpr std::array<std::string_view, 5> names{"login_address", "login_account", "confirm_account",
                                                    "code_account", "account_making"};
    return names.at(std::to_underlying(scope));
}

// As the client sees it.
std::string_view policy_of(ThrottleScope scope) {
    constexpr std::array<std::string_view, 5> names{"login", "login", "password", "code", "register"};
    return names.at(std::to_underlying(scope));
}

// Digests keep rows small, whatever was typed.
Bytes key_of(std::string_view subject) {
    auto const digest = sha256(subject);
    return {digest.begin(), digest.end()};
}

seconds rounded_up(microseconds wait) {
    return std::max(std::chrono::ceil<seconds>(wait), seconds{1});
}

// What time alone has changed.
ThrottleState as_of(ThrottleState state, Time now) {
    if (state.pending_until <= now) state.pending = 0;
    if (now - state.blocked_until >= idle) state.recent = 0;
    state.pending_until = std::min(state.pending_until, now + longest_evaluation);
    state.blocked_until = std::min(state.blocked_until, now + delay_after(state.recent));
    return state;
}

ThrottleState with_one_less_pending(ThrottleState state) {
    state.pending = std::max<std::int64_t>(state.pending - 1, 0);
    return state;
}

std::optional<ThrottleState> load(Tx& tx, ThrottleScope scope, Bytes const& key, Time now) {
    return tx.first(
        "SELECT arrival, failures, recent_failures, blocked_until, pending, pending_until "
        "FROM login_throttle WHERE scope = $1 AND subject = $2 AND (forget_at IS NULL OR forget_at > $3)",
        {name_of(scope), key, now}, [](Row const& row) {
            ThrottleState state;
            state.arrival = row.time(0);
            state.failures = row.integer(1);
            state.recent = row.integer(2);
            state.blocked_until = row.time(3);
            state.pending = row.integer(4);
            state.pending_until = row.time(5);
            return state;
        });
}

// A user's failures are kept, or a patient guesser would have a hundred more every day.
std::optional<Time> forgotten_at(ThrottleState const& state, bool known, Time now) {
    if (known && state.failures > 0) return std::nullopt;
    return std::max(now, state.blocked_until) + idle;
}

void store(Tx& tx, ThrottleScope scope, Bytes const& key, ThrottleState const& state, bool known, Time now) {
    tx.execute(
        "INSERT INTO login_throttle (scope, subject, arrival, failures, recent_failures, blocked_until, "
        "pending, pending_until, forget_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (scope, subject) DO UPDATE SET arrival = $3, failures = $4, recent_failures = $5, "
        "blocked_until = $6, pending = $7, pending_until = $8, forget_at = $9",
        {name_of(scope), key, state.arrival, state.failures, state.recent, state.blocked_until, state.pending,
         state.pending_until, forgotten_at(state, known, now)});
}

Problem too_many(ThrottleScope scope, seconds wait) {
    Problem problem{ErrorCode::too_many_requests,
                    "Too many attempts. Wait for the time that Retry-After gives, then try again."};
    if (scope != ThrottleScope::account_making) {  // there is no account yet
        problem.detail += " After " + std::to_string(most_failures) +
                          " failures in a row an administrator must set a new password.";
    }
    problem.retry_after = wait;
    return problem;
}

}  // namespace

std::optional<Rate> Rate::parse(std::string_view text) {
    auto const slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash > 7) return std::nullopt;
    Rate rate{.count = 0};
    for (char const c : text.substr(0, slash)) {
        if (c < '0' || c > '9') return std::nullopt;
        rate.count = rate.count * 10 + (c - '0');
    }
    constexpr std::array<std::pair<std::string_view, seconds>, 4> units{
        {{"s", seconds{1}}, {"min", seconds{60}}, {"h", seconds{3600}}, {"d", seconds{86400}}}};
    auto const unit =
        std::ranges::find(units, text.substr(slash + 1), &std::pair<std::string_view, seconds>::first);
    if (unit == units.end() || rate.count < 1 || rate.count > 1'000'000) return std::nullopt;
    rate.period = unit->second;
    return rate;
}

seconds delay_after(std::int64_t failures) {
    if (failures <= free_failures) return seconds{0};
    auto const doublings = std::min<std::int64_t>(failures - free_failures, 10);
    return std::min(seconds{std::int64_t{1} << doublings}, longest_delay);
}

std::expected<ThrottleState, seconds> admit(ThrottleState state, ThrottleRule const& rule, Time now) {
    if (rule.counts_failures) {
        state = as_of(state, now);
        if (state.failures >= most_failures) return std::unexpected(longest_delay);
        if (state.blocked_until > now) return std::unexpected(rounded_up(state.blocked_until - now));
        if (state.failures + state.pending >= most_failures)
            return std::unexpected(rounded_up(state.pending_until - now));
        ++state.pending;
        state.pending_until = now + longest_evaluation;
    }
    if (rule.rate) {
        microseconds const period = rule.rate->period;
        auto const interval = period / rule.rate->count;
        auto const arrival = std::clamp(state.arrival, now, now + period);
        auto const wait = arrival + interval - period - now;
        if (wait.count() > 0) return std::unexpected(rounded_up(wait));
        state.arrival = arrival + interval;
    }
    return state;
}

ThrottleState after_failure(ThrottleState state, Time now) {
    state = with_one_less_pending(as_of(state, now));
    ++state.failures;
    ++state.recent;
    state.blocked_until = std::max(state.blocked_until, now + delay_after(state.recent));
    return state;
}

ThrottleState after_success(ThrottleState state) {
    state = with_one_less_pending(state);
    state.failures = state.recent = 0;
    state.blocked_until = {};
    return state;
}

ThrottleRule Throttle::rule(ThrottleScope scope) const {
    bool const by_address = scope == ThrottleScope::login_address || scope == ThrottleScope::account_making;
    return {.rate = rate_, .counts_failures = !by_address};
}

Admission Throttle::count(Tx& tx, ThrottleScope scope, std::string_view subject, bool known, Time now) const {
    Admission admission;
    auto const applied = rule(scope);
    if (!applied.rate && !applied.counts_failures) return admission;
    auto const key = key_of(subject);
    auto const next = securestack::admit(load(tx, scope, key, now).value_or(ThrottleState{}), applied, now);
    if (next) store(tx, scope, key, *next, known, now);
    if (!next) admission.refusal = too_many(scope, next.error());
    if (!applied.rate) return admission;
    auto const policy = policy_of(scope);
    admission.quota = next ? quota_left(policy, *applied.rate, next->arrival, now)
                           : Quota{.policy = policy, .rate = *applied.rate, .restored = next.error()};
    return admission;
}

Admission Throttle::admit(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    return count(tx, scope, subject, true, now);
}

Admission Throttle::admit_login(Tx& tx, std::string_view address, std::string_view username_fold, bool known,
                                Time now) const {
    auto by_address = count(tx, ThrottleScope::login_address, address, false, now);
    if (by_address.refusal) return by_address;
    auto by_account = count(tx, ThrottleScope::login_account, username_fold, known, now);
    if (by_account.refusal) return by_account;
    // How often others try this account is not for everybody to read.
    return by_address;
}

void Throttle::failed(Tx& tx, ThrottleScope scope, std::string_view subject, bool known, Time now) const {
    auto const key = key_of(subject);
    auto const state = load(tx, scope, key, now);
    if (!state) return;  // forgotten meanwhile
    store(tx, scope, key, after_failure(*state, now), known, now);
}

void Throttle::succeeded(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    auto const key = key_of(subject);
    auto const state = load(tx, scope, key, now);
    if (state) store(tx, scope, key, after_success(*state), true, now);
}

void Throttle::undecided(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    auto const key = key_of(subject);
    auto const state = load(tx, scope, key, now);
    if (state) store(tx, scope, key, with_one_less_pending(*state), true, now);
}

void Throttle::forget(Tx& tx, ThrottleScope scope, std::string_view subject) const {
    tx.execute("DELETE FROM login_throttle WHERE scope = $1 AND subject = $2",
               {name_of(scope), key_of(subject)});
}

void Throttle::rename(Tx& tx, ThrottleScope scope, std::string_view from, std::string_view to) const {
    forget(tx, scope, to);
    tx.execute("UPDATE login_throttle SET subject = $3 WHERE scope = $1 AND subject = $2",
               {name_of(scope), key_of(from), key_of(to)});
}

std::int64_t Throttle::purge(Tx& tx, Time now, std::int64_t most) {
    return tx.execute(
        "DELETE FROM login_throttle WHERE (scope, subject) IN ("
        "SELECT scope, subject FROM login_throttle WHERE forget_at <= $1 ORDER BY forget_at LIMIT $2)",
        {now, most});
}

}  // namespace securestack
