// One holder at a time, whoever asks from where.
#include <future>
#include <set>

#include <gtest/gtest.h>

#include "scheduler/lease.hpp"
#include "support/manual_clock.hpp"
#include "support/test_database.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;

class Leases : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (!IsSkipped()) database_ = std::make_unique<TestDatabase>(GetParam(), test::Schema::migrated);
    }
    std::optional<Lease> claim(std::string_view holder) {
        return (*database_)->write_now([&](Tx& tx) {
            return claim_lease(tx, "judge", holder, 30s, shared_now(tx, clock_.now()));
        });
    }
    bool holds(Lease const& lease) {
        return (*database_)->read_now([&](Tx& tx) {
            return holds_lease(tx, lease, shared_now(tx, clock_.now()));
        });
    }
    void release(Lease const& lease) {
        (*database_)->write_now([&](Tx& tx) { release_lease(tx, lease); });
    }

    std::unique_ptr<TestDatabase> database_;
    ManualClock clock_;
};
INSTANTIATE_TEST_SUITE_P(Engines, Leases, each_engine, engine_name);

TEST_P(Leases, OneHolderAtATime) {
    auto const first = claim("a");

    ASSERT_TRUE(first);
    EXPECT_TRUE(holds(*first));
    EXPECT_FALSE(claim("b"));
}

TEST_P(Leases, TheHolderProlongsItUnderTheSameFence) {
    auto const first = claim("a").value();
    clock_.advance(20s);

    auto const again = claim("a").value();
    clock_.advance(20s);

    EXPECT_EQ(again.fence, first.fence);
    EXPECT_FALSE(claim("b"));
}

TEST_P(Leases, AnExpiredOneGoesToTheNextUnderAHigherFence) {
    auto const first = claim("a").value();
    clock_.advance(31s);

    auto const second = claim("b");

    ASSERT_TRUE(second);
    EXPECT_GT(second->fence, first.fence);
    EXPECT_FALSE(holds(first));
    EXPECT_TRUE(holds(*second));
}

TEST_P(Leases, WhoLetItExpireComesBackUnderAHigherFence) {
    auto const first = claim("a").value();
    clock_.advance(31s);

    EXPECT_FALSE(holds(first));
    EXPECT_GT(claim("a").value().fence, first.fence);
}

TEST_P(Leases, GivenUpItIsFreeAtOnce) {
    auto const first = claim("a").value();

    release(first);

    EXPECT_FALSE(holds(first));
    EXPECT_TRUE(claim("b"));
}

TEST_P(Leases, WhatIsSomebodyElsesByNowCannotBeGivenUp) {
    auto const first = claim("a").value();
    clock_.advance(31s);
    auto const second = claim("b").value();

    release(first);

    EXPECT_TRUE(holds(second));
}

TEST_P(Leases, OfManyThatAskAtOnceOneHasIt) {
    std::vector<std::unique_ptr<Database>> replicas;
    for (int i = 0; i < 4; ++i) replicas.push_back(database_->open_another());
    for (int round = 0; round < 5; ++round) {
        clock_.advance(31s);
        std::vector<std::future<std::optional<Lease>>> asked;
        for (std::size_t i = 0; i < replicas.size(); ++i) {
            asked.push_back(std::async(std::launch::async, [&, i] {
                return replicas[i]->write_now([&](Tx& tx) {
                    return claim_lease(tx, "judge", "replica-" + std::to_string(i), 30s,
                                       shared_now(tx, clock_.now()));
                });
            }));
        }
        int granted = 0;
        for (auto& each : asked) granted += each.get() ? 1 : 0;
        EXPECT_EQ(granted, 1);
    }
}

TEST_P(Leases, TheTimeIsTheOneOfTheClockThatIsMovedByHand) {
    auto const now = (*database_)->read_now([&](Tx& tx) { return shared_now(tx, clock_.now()); });

    EXPECT_LT(std::chrono::abs(now - clock_.now()), 5s);
}

}  // namespace
}  // namespace securestack::test
