// The bounded map, and what is remembered of sessions in it.
#include <string>

#include <gtest/gtest.h>

#include "identity/recent_cache.hpp"
#include "identity/session_cache.hpp"

namespace securestack {
namespace {

using std::chrono::milliseconds;

TEST(RecentCache, NeverHoldsMoreThanItsCapacity) {
    RecentCache<int, int> cache{100};

    for (int i = 0; i < 10'000; ++i) {
        cache.put(i, i);
        ASSERT_LE(cache.size(), 100U);
    }

    EXPECT_NE(cache.find(9'999), nullptr);
    EXPECT_EQ(cache.find(0), nullptr);
}

TEST(RecentCache, KeepsWhatIsInUse) {
    RecentCache<int, std::string> cache{10};
    cache.put(-1, "used");

    for (int i = 0; i < 1'000; ++i) {
        cache.put(i, "once");
        ASSERT_NE(cache.find(-1), nullptr) << i;
    }

    EXPECT_EQ(*cache.find(-1), "used");
}

TEST(RecentCache, HoldsOneValueForAKey) {
    RecentCache<int, int> cache{4};
    cache.put(1, 1);
    for (int i = 2; i < 5; ++i) cache.put(i, i);

    cache.put(1, 100);

    EXPECT_EQ(*cache.find(1), 100);
    cache.erase(1);
    EXPECT_EQ(cache.find(1), nullptr);
}

class SessionCacheTest : public ::testing::Test {
  protected:
    static Id id(std::uint8_t last) {
        Id result;
        result.bytes[15] = last;
        return result;
    }
    static SessionState state_of(Id user) {
        SessionState state;
        state.user = user;
        state.alive = true;
        return state;
    }

    SessionCache cache;
    Time const now = from_micros(1'000'000'000);
};

TEST_F(SessionCacheTest, ForgetsWithinASecond) {
    cache.put(id(1), state_of(id(9)), now, cache.stamp());

    EXPECT_TRUE(cache.find(id(1), now + milliseconds{899}));
    EXPECT_FALSE(cache.find(id(1), now + milliseconds{900}));
}

TEST_F(SessionCacheTest, DoesNotTrustAnEntryFromTheFuture) {
    cache.put(id(1), state_of(id(9)), now, cache.stamp());

    EXPECT_FALSE(cache.find(id(1), now - milliseconds{1}));
}

TEST_F(SessionCacheTest, ForgettingAUserForgetsItsSessionsOnly) {
    cache.put(id(1), state_of(id(8)), now, cache.stamp());
    cache.put(id(2), state_of(id(8)), now, cache.stamp());
    cache.put(id(3), state_of(id(9)), now, cache.stamp());

    cache.forget_user(id(8));

    EXPECT_FALSE(cache.find(id(1), now));
    EXPECT_FALSE(cache.find(id(2), now));
    EXPECT_TRUE(cache.find(id(3), now));
}

TEST_F(SessionCacheTest, DoesNotKeepWhatWasReadBeforeAChange) {
    auto const stamp = cache.stamp();
    cache.forget_session(id(1));

    cache.put(id(1), state_of(id(9)), now, stamp);

    EXPECT_FALSE(cache.find(id(1), now));
}

}  // namespace
}  // namespace securestack
