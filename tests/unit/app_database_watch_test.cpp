#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/database_watch.hpp"
#include "support/manual_clock.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A database that says what time it is, and nothing else.
class SpeakingClock final : public Database {
  public:
    void submit(UnitKind, Work, Done) override { throw std::logic_error("nothing is asked of it"); }
    std::optional<Time> probe() override { return says; }
    Engine engine() const override { return Engine::postgresql; }
    DatabaseStats stats() const override { return {}; }
    void close() override {}

    std::optional<Time> says;
};

class DatabaseWatchTest : public ::testing::Test {
  protected:
    std::vector<std::string> faults_when(std::optional<Time> there) {
        database.says = there;
        watch.look();
        return watch.faults();
    }

    test::ManualClock clock;
    std::unique_ptr<Log> const log = make_null_log();
    SpeakingClock database;
    DatabaseWatch watch{database, clock, *log};
};

TEST_F(DatabaseWatchTest, HalfAMinuteEitherWayIsForgiven) {
    EXPECT_THAT(watch.faults(), IsEmpty());
    for (auto const off : {seconds{-30}, seconds{0}, seconds{30}})
        EXPECT_THAT(faults_when(clock.now() + off), IsEmpty()) << off;
}

TEST_F(DatabaseWatchTest, AClockFurtherOffIsTold) {
    EXPECT_THAT(faults_when(clock.now() - seconds{31}),
                ElementsAre(HasSubstr("31 seconds ahead of the database's")));
    EXPECT_THAT(faults_when(clock.now() + seconds{86'400}),
                ElementsAre(HasSubstr("86400 seconds behind the database's")));
    EXPECT_THAT(faults_when(clock.now()), IsEmpty());
}

TEST_F(DatabaseWatchTest, ADatabaseThatIsAwayIsTold) {
    EXPECT_THAT(faults_when(std::nullopt), ElementsAre(HasSubstr("cannot be reached")));
    EXPECT_THAT(faults_when(clock.now()), IsEmpty());
}

}  // namespace
}  // namespace securestack
