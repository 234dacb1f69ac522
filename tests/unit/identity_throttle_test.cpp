// How often a credential may be tried, apart from where the counts are kept.
#include <gtest/gtest.h>

#include "identity/throttle.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

constexpr ThrottleRule by_rate{.rate = Rate{.count = 10, .period = seconds{60}}, .counts_failures = false};
constexpr ThrottleRule by_failures{.rate = std::nullopt, .counts_failures = true};
Time const start = from_micros(1'000'000'000);

// The attempts that are admitted when one is made every `step` for `total`.
int admitted(ThrottleRule const& rule, seconds step, seconds total) {
    ThrottleState state;
    int count = 0;
    for (seconds at{0}; at < total; at += step) {
        auto const next = admit(state, rule, start + at);
        if (!next) continue;
        state = after_failure(*next, start + at);
        ++count;
    }
    return count;
}

TEST(Rate, IsReadAsPeopleWriteIt) {
    EXPECT_EQ(Rate::parse("10/min"), (Rate{.count = 10, .period = seconds{60}}));
    EXPECT_EQ(Rate::parse("1/s"), (Rate{.count = 1, .period = seconds{1}}));
    EXPECT_EQ(Rate::parse("100/h"), (Rate{.count = 100, .period = seconds{3600}}));
    EXPECT_EQ(Rate::parse("1000000/d"), (Rate{.count = 1'000'000, .period = seconds{86400}}));
}

TEST(Rate, RefusesWhatIsNone) {
    for (auto const* text : {"", "10", "/min", "0/min", "-1/min", "10/", "10/minute", "10 /min", "1e3/min",
                             "10000000/s", "99999999999999999999/min", "10/min "}) {
        EXPECT_EQ(Rate::parse(text), std::nullopt) << text;
    }
}

TEST(Throttle, AllowsTheRateAtOnceAndThenWaitsForOneInterval) {
    ThrottleState state;
    for (int attempt = 0; attempt < 10; ++attempt) {
        auto const next = admit(state, by_rate, start);
        ASSERT_TRUE(next) << attempt;
        state = *next;
    }

    auto const refused = admit(state, by_rate, start);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), seconds{6});
    EXPECT_FALSE(admit(state, by_rate, start + seconds{5}));
    EXPECT_TRUE(admit(state, by_rate, start + seconds{6}));
}

TEST(Throttle, HoldsTheRateOverTime) {
    EXPECT_EQ(admitted(by_rate, seconds{1}, seconds{600}), 10 + 99);
}

TEST(Throttle, DelaysFromTheFifthFailureOnUpToAQuarterOfAnHour) {
    EXPECT_EQ(delay_after(4), seconds{0});
    EXPECT_EQ(delay_after(5), seconds{2});
    EXPECT_EQ(delay_after(6), seconds{4});
    EXPECT_EQ(delay_after(13), seconds{512});
    EXPECT_EQ(delay_after(14), seconds{900});
    EXPECT_EQ(delay_after(1'000'000), seconds{900});
}

TEST(Throttle, EvaluatesAHundredGuessesAndNoMore) {
    EXPECT_EQ(admitted(by_failures, seconds{60}, seconds{60 * 60 * 24 * 30}), 100);
}

TEST(Throttle, ARefusedAttemptIsNotAFailure) {
    ThrottleState state;
    for (int attempt = 0; attempt < 5; ++attempt) {
        state = after_failure(*admit(state, by_failures, start), start);
    }

    auto const refused = admit(state, by_failures, start);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), seconds{2});
    auto const admitted = admit(state, by_failures, start + seconds{2});
    EXPECT_EQ(admitted->failures, 5) << "not before it was evaluated";
    EXPECT_EQ(after_failure(*admitted, start + seconds{2}).failures, 6);
}

TEST(Throttle, AttemptsAtTheSameTimeCountButDoNotDelayOneAnother) {
    ThrottleState state;
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto const next = admit(state, by_failures, start);
        ASSERT_TRUE(next) << attempt;
        state = *next;
    }

    EXPECT_FALSE(admit(state, by_failures, start)) << "a hundred are being evaluated: one more is too many";
}

TEST(Throttle, AnAttemptThatWasNeverEvaluatedLapses) {
    ThrottleState state;
    for (int attempt = 0; attempt < 100; ++attempt) state = *admit(state, by_failures, start);

    auto const refused = admit(state, by_failures, start + seconds{29});
    auto const later = admit(state, by_failures, start + longest_evaluation);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), seconds{1});
    ASSERT_TRUE(later);
    EXPECT_EQ(later->failures, 0);
    EXPECT_EQ(later->pending, 1);
}

TEST(Throttle, FailuresAndAttemptsInFlightTogetherNeverExceedTheLimit) {
    ThrottleState state;
    state.failures = 97;
    for (int attempt = 0; attempt < 3; ++attempt) state = *admit(state, by_failures, start);

    EXPECT_FALSE(admit(state, by_failures, start));
    state = after_success(state);
    EXPECT_EQ(state.failures, 0);
    EXPECT_EQ(state.pending, 2) << "the others are still being evaluated";
}

TEST(Throttle, ADayWithoutAttemptsForgetsTheDelayButNotTheCount) {
    ThrottleState state;
    for (int attempt = 0; attempt < 10; ++attempt) {
        state = after_failure(*admit(state, {}, start), start);
    }
    auto const next_day = state.blocked_until + std::chrono::days{1};

    state = after_failure(*admit(state, by_failures, next_day), next_day);

    EXPECT_EQ(state.failures, 11);
    EXPECT_TRUE(admit(state, by_failures, next_day)) << "the first failure of a day delays nothing";
}

TEST(Throttle, AClockThatWasSetBackLocksNobodyOutForLong) {
    ThrottleState state;
    state.arrival = start + seconds{86400};
    state.failures = state.recent = 5;
    state.blocked_until = start + seconds{86400};
    ThrottleRule const both{.rate = by_rate.rate, .counts_failures = true};

    auto const refused = admit(state, both, start);

    ASSERT_FALSE(refused);
    EXPECT_LE(refused.error(), seconds{6});
}

}  // namespace
}  // namespace securestack
