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
    delay.committed(8, 0, 0us);
    EXPECT_EQ(waits(delay, 4), 0);
    delay.committed(8, 0, 200us);
    auto const begun = Steady::now();
    EXPECT_LE(waits(delay, 4), 2);  // of 50 microseconds at least
    EXPECT_GE(Steady::now() - begun, 100us);
    EXPECT_FALSE(delay.wait(4));
    delay.committed(8, 0, 1h);
    EXPECT_LE(waits(delay, 4), 40);
}

}  // namespace
}  // namespace securestack
