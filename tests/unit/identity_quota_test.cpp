// What a client is told of the rate that it is limited by.
#include <gtest/gtest.h>

#include "identity/quota.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

constexpr Rate ten_a_minute{.count = 10, .period = seconds{60}};
Time const start = from_micros(1'000'000'000);

TEST(Quota, CountsWhatIsLeftAndWhenAllIsThereAgain) {
    auto const quota = quota_left("login", ten_a_minute, start + seconds{18}, start);

    EXPECT_EQ(quota.remaining, 7);
    EXPECT_EQ(quota.restored, seconds{18});
}

TEST(Quota, IsNeverMoreThanTheRateAndNeverLessThanNothing) {
    EXPECT_EQ(quota_left("login", ten_a_minute, start - seconds{5}, start).remaining, 10);
    EXPECT_EQ(quota_left("login", ten_a_minute, start + seconds{600}, start).remaining, 0);
    EXPECT_EQ(quota_left("login", {.count = 7, .period = seconds{60}}, start, start).remaining, 7);
    EXPECT_EQ(quota_left("login", {.count = 1'000'000, .period = seconds{1}}, start, start).remaining,
              1'000'000);
}

TEST(Quota, IsWrittenAsTheTwoFieldsOfTheDraft) {
    auto const fields = rate_limit_fields(quota_left("login", ten_a_minute, start + seconds{18}, start));

    EXPECT_EQ(fields.get("RateLimit-Policy"), "\"login\";q=10;w=60");
    EXPECT_EQ(fields.get("RateLimit"), "\"login\";r=7;t=18");
}

TEST(Quota, WithoutARateThereIsNothingToTell) {
    auto const fields = rate_limit_fields(std::nullopt);

    EXPECT_EQ(fields.begin(), fields.end());
}

}  // namespace
}  // namespace securestack
