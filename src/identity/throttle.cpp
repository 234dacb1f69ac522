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

// When an idle row goes: one without failures, and one with failures under a name that nobody has.
constexpr seconds idle_counts{24 * 3600};
constexpr seconds idle_unknown{30 * 24 * 3600};
constexpr std::int64_t purge_batch = 20;

std::string_view name_of(ThrottleScope scope) {
    constexpr std::array<std::string_view, 4> names{"login_address", "login_account", "confirm_account",
                                                    "account_making"};
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

std::optional<ThrottleState> load(Tx& tx, ThrottleScope scope, Bytes const& key) {
    return tx.first(
        "SELECT arrival, failures, blocked_until FROM login_throttle WHERE scope = $1 AND subject = $2",
        {name_of(scope), key}, [](Row const& row) {
            ThrottleState state;
            state.arrival = row.time(0);
            state.failures = row.integer(1);
            state.blocked_until = row.time(2);
            return state;
        });
}

void store(Tx& tx, ThrottleScope scope, Bytes const& key, ThrottleState const& state, bool lasting,
           Time now) {
    tx.execute(
        "INSERT INTO login_throttle (scope, subject, arrival, failures, blocked_until, lasting, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (scope, subject) DO UPDATE SET arrival = excluded.arrival, failures = "
        "excluded.failures, "
        "blocked_until = excluded.blocked_until, lasting = excluded.lasting, updated_at = "
        "excluded.updated_at",
        {name_of(scope), key, state.arrival, state.failures, state.blocked_until, lasting, now});
}

// A few rows with each new one, so that the table stays as small as the traffic that fills it.
void purge(Tx& tx, Time now) {
    tx.execute(
        "DELETE FROM login_throttle WHERE (scope, subject) IN ("
        "SELECT t.scope, t.subject FROM login_throttle t WHERE t.updated_at < $1 "
        "AND (t.failures = 0 OR (t.updated_at < $2 AND t.lasting = $3)) "
        "ORDER BY t.updated_at LIMIT $4)",
        {now - idle_counts, now - idle_unknown, false, purge_batch});
}

Problem too_many(seconds wait) {
    Problem problem{ErrorCode::too_many_requests,
                    "Too many attempts. Wait for the time that Retry-After gives, then try again. After " +
                        std::to_string(most_failures) +
                        " failures in a row an administrator must set a new password."};
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
        if (state.failures >= most_failures) return std::unexpected(longest_delay);
        state.blocked_until = std::min(state.blocked_until, now + delay_after(state.failures));
        if (state.blocked_until > now) return std::unexpected(rounded_up(state.blocked_until - now));
        ++state.failures;
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
    state.blocked_until = std::max(state.blocked_until, now + delay_after(state.failures));
    return state;
}

ThrottleRule Throttle::rule(ThrottleScope scope) const {
    bool const by_account = scope == ThrottleScope::login_account || scope == ThrottleScope::confirm_account;
    return {.rate = rate_, .counts_failures = by_account};
}

Result<void> Throttle::count(Tx& tx, ThrottleScope scope, std::string_view subject, bool lasting,
                             Time now) const {
    auto const applied = rule(scope);
    if (!applied.rate && !applied.counts_failures) return {};
    auto const key = key_of(subject);
    auto const known = load(tx, scope, key);
    auto const next = securestack::admit(known.value_or(ThrottleState{}), applied, now);
    if (!next) return too_many(next.error());
    store(tx, scope, key, *next, lasting, now);
    if (!known) purge(tx, now);
    return {};
}

Result<void> Throttle::admit(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    return count(tx, scope, subject, true, now);
}

Result<void> Throttle::admit_login(Tx& tx, std::string_view address, std::string_view username_fold,
                                   bool known, Time now) const {
    // A refusal by the account is a Problem for the whole transaction, which takes the address's count back
    // with it.
    auto const by_address = count(tx, ThrottleScope::login_address, address, false, now);
    if (!by_address) return by_address;
    return count(tx, ThrottleScope::login_account, username_fold, known, now);
}

void Throttle::failed(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    auto const key = key_of(subject);
    auto const state = load(tx, scope, key);
    if (!state) return;  // forgotten meanwhile
    tx.execute(
        "UPDATE login_throttle SET blocked_until = $3, updated_at = $4 WHERE scope = $1 AND subject = $2",
        {name_of(scope), key, after_failure(*state, now).blocked_until, now});
}

void Throttle::clear(Tx& tx, ThrottleScope scope, std::string_view subject, Time now) const {
    tx.execute(
        "UPDATE login_throttle SET failures = 0, blocked_until = 0, updated_at = $3 "
        "WHERE scope = $1 AND subject = $2",
        {name_of(scope), key_of(subject), now});
}

}  // namespace securestack
