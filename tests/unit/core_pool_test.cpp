#include <atomic>
#include <latch>

#include <gtest/gtest.h>

#include "core/pool.hpp"

namespace securestack {
namespace {

TEST(Pool, FinishesEverythingThatItAcceptedBeforeItStops) {
    std::atomic<int> done = 0;
    {
        Pool pool("test", 2, 100);
        for (int i = 0; i < 100; ++i) {
            Pool::Work work = [&] { ++done; };
            ASSERT_TRUE(pool.try_post(work));
        }
    }
    EXPECT_EQ(done, 100);
}

TEST(Pool, RefusesWhatDoesNotFitAndLeavesItToTheCaller) {
    std::latch begun(1);
    std::latch release(1);
    bool ran = false;
    Pool pool("test", 1, 1);
    Pool::Work busy = [&] {
        begun.count_down();
        release.wait();
    };
    Pool::Work waiting = [] {};
    Pool::Work surplus = [&] { ran = true; };
    ASSERT_TRUE(pool.try_post(busy));
    begun.wait();
    ASSERT_TRUE(pool.try_post(waiting));

    EXPECT_FALSE(pool.try_post(surplus));
    EXPECT_EQ(pool.depth(), 1u);
    ASSERT_TRUE(surplus);
    surplus();
    EXPECT_TRUE(ran);
    release.count_down();
}

TEST(Pool, RefusesWorkOnceStopped) {
    Pool pool("a name longer than fifteen characters", 1, 1);
    pool.stop();
    pool.stop();
    Pool::Work work = [] {};
    EXPECT_FALSE(pool.try_post(work));
}

}  // namespace
}  // namespace securestack
