// What is thrown on an I/O thread costs that piece of work alone, and a thread without work sleeps.
#include <atomic>
#include <ctime>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "http/channel.hpp"
#include "http/listener.hpp"
#include "http/memory_budget.hpp"
#include "http/patience.hpp"
#include "support/raw_client.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;

class WorkerTest : public testing::Test {
  protected:
    WorkerTest() { workers.push_back(std::make_unique<Worker>(clock, *log, 10ms)); }

    std::unique_ptr<Log> log = make_null_log();
    SystemClock clock;
    std::vector<std::unique_ptr<Worker>> workers;
};

TEST_F(WorkerTest, GoesOnAfterAnException) {
    auto& worker = *workers.front();
    std::promise<void> reached;
    worker.start();

    worker.gate()->post([] { throw std::runtime_error("thrown"); });
    worker.gate()->post([&] { reached.set_value(); });

    EXPECT_EQ(reached.get_future().wait_for(5s), std::future_status::ready);
    worker.stop();
}

TEST_F(WorkerTest, SleepsWithoutWork) {
    auto& worker = *workers.front();
    auto const spent = [&] {
        std::promise<std::chrono::nanoseconds> reported;
        worker.gate()->post([&] {
            timespec used{};
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
            reported.set_value(std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec});
        });
        return reported.get_future().get();
    };
    worker.start();
    for (int i = 0; i < 100; ++i) (void)spent();  // work that comes at once makes it look for more

    auto const before = spent();
    std::this_thread::sleep_for(200ms);

    EXPECT_LT(spent() - before, 50ms);
    worker.stop();
}

class Waiter final : public Channel<Socket> {
  public:
    using Channel::Channel;
    void wait(std::chrono::nanoseconds limit) { enter_phase(Phase::receiving, limit); }
};

TEST_F(WorkerTest, WhoseDeadlineHasPassedIsInterruptedAgainUntilThereIsAnother) {
    auto& worker = *workers.front();
    Census census;
    Waiter waiter{worker, Seat{census, worker}, Socket{worker.context()}, Patience{1s, 1}};
    waiter.wait(0s);

    waiter.expire();  // between two waits, where there is nothing to end

    EXPECT_LE(waiter.deadline(), std::chrono::steady_clock::now());
    waiter.wait(1h);
    EXPECT_GT(waiter.deadline(), std::chrono::steady_clock::now());
}

TEST_F(WorkerTest, TheListenerGoesOnAfterAnException) {
    std::atomic<int> accepted = 0;
    Listener listener{"127.0.0.1", 0, workers, *log, [&](Worker&, Socket const&) {
                          if (++accepted == 1) throw std::runtime_error("thrown");
                      }};
    listener.start();
    workers.front()->start();

    test::RawClient const first{listener.port()};
    test::RawClient const second{listener.port()};
    for (int i = 0; i < 500 && accepted < 2; ++i) std::this_thread::sleep_for(10ms);

    EXPECT_EQ(accepted, 2);
    workers.front()->stop();
}

TEST_F(WorkerTest, ASeatIsCountedUntilItIsLeft) {
    Census census;
    {
        Seat seat{census, *workers.front()};
        auto const moved = std::move(seat);
        EXPECT_EQ(census.count(), 1U);
        EXPECT_EQ(workers.front()->load(), 1U);
    }

    EXPECT_EQ(census.count(), 0U);
    EXPECT_EQ(workers.front()->load(), 0U);
}

TEST(IdlePoll, FollowsAShortWaitAndNoLongOne) {
    IdlePoll poll;
    EXPECT_FALSE(poll.pays_off());
    poll.woke_after(100us);
    EXPECT_TRUE(poll.pays_off());
    poll.woke_after(1ms);
    EXPECT_FALSE(poll.pays_off());
}

TEST(IdlePoll, EndsWhenNothingWasFound) {
    IdlePoll poll;
    poll.woke_after(100us);
    poll.looked_in_vain();
    EXPECT_FALSE(poll.pays_off());
}

TEST(MemoryBudget, GivesOutNoMoreThanItHas) {
    MemoryBudget budget{100};
    MemoryBudget::Lease mine{budget};
    {
        MemoryBudget::Lease other{budget};
        EXPECT_TRUE(mine.cover(60));
        EXPECT_FALSE(other.cover(41));
        EXPECT_TRUE(other.cover(40));
        EXPECT_FALSE(mine.cover(61));
        EXPECT_EQ(budget.taken(), 100U);
    }

    EXPECT_TRUE(mine.cover(100));
    EXPECT_EQ(budget.taken(), 100U);
}

TEST(Patience, EndsWithAPeerThatTakesAFewBytesNowAndThen) {
    Patience patience{30s, 1000};
    int waits = 0;

    for (; !patience.is_over() && waits < 1000; ++waits) patience.wait(1s, 100);

    EXPECT_EQ(waits, 34);
}

TEST(Patience, LastsForAPeerThatKeepsThePace) {
    Patience patience{30s, 1000};

    for (int i = 0; i < 1000; ++i) patience.wait(1s, 1000);

    EXPECT_EQ(patience.left(), 30s);
}

TEST(Patience, IsNotSavedUp) {
    Patience patience{30s, 1000};

    patience.wait(1s, 1'000'000'000);

    EXPECT_EQ(patience.left(), 30s);
}

}  // namespace
}  // namespace securestack
