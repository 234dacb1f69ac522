// One replica cleans up; the next takes over when that one is gone.
#include <gtest/gtest.h>

#include "api/upkeep_fixture.hpp"
#include "upkeep/housekeeper.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;

class Housekeepers : public UpkeepTest {
  protected:
    std::unique_ptr<Housekeeper> housekeeper(int& rounds) {
        std::vector<Chore> chores{{"first", []() -> bool { throw std::runtime_error("no"); }},
                                  {"second", [&rounds] { return ++rounds % 3 != 0; }}};
        return std::make_unique<Housekeeper>(database(), clock, ids_, *log_, std::move(chores));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Housekeepers, each_engine, engine_name);

TEST_P(Housekeepers, ARoundRunsEveryPurgeToItsEndWhateverAnotherCameTo) {
    int batches = 0;

    housekeeper(batches)->round();

    EXPECT_EQ(batches, 3);
}

TEST_P(Housekeepers, OfTwoReplicasOneCleansUpUntilItIsGone) {
    int here = 0;
    int there = 0;
    auto const one = housekeeper(here);
    auto const two = housekeeper(there);

    one->round();
    two->round();
    clock.advance(4min);
    one->round();
    two->round();
    EXPECT_EQ(here, 6);
    EXPECT_EQ(there, 0);

    clock.advance(6min);
    two->round();
    EXPECT_EQ(there, 3);
}

}  // namespace
}  // namespace securestack::test
