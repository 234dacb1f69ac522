#include <gtest/gtest.h>

#include "storage/commit_delay.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;

int waits(CommitDelay& delay, std::size_t group) {
    int count = 0;
    while (delay.wait(group)) ++count;
    return count;
}

TEST(CommitDelay, IsNoneForAClientAlone) {
    CommitDelay delay;
    EXPECT_FALSE(delay.wait(1));
    delay.committed(1, 0, 1h);
    EXPECT_FALSE(delay.wait(1));
}

TEST(CommitDelay, LastsUntilThoseAreThereWhoWroteAndWhoWaited) {
    CommitDelay delay;
    delay.committed(3, 2, 1h);
    EXPECT_TRUE(delay.wait(4));
    EXPECT_FALSE(delay.wait(5));
}

TEST(CommitDelay, LastsHalfAsLongAsTheLastCommitAndTwoMillisecondsAtMost) {
    CommitDelay delay;
    // Each wait is of 50 microseconds at least.
    delay.committed(8, 0, 90us);
    EXPECT_EQ(waits(delay, 4), 0);
    delay.committed(8, 0, 200us);
    auto const few = waits(delay, 4);
    EXPECT_GE(few, 1);
    EXPECT_LE(few, 2);
    delay.committed(8, 0, 1h);
    auto const many = waits(delay, 4);
    EXPECT_GE(many, 1);
    EXPECT_LE(many, 40);
}

}  // namespace
}  // namespace securestack
