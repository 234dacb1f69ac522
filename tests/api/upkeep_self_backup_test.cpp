// The program backs its own database up when that is due, once, and keeps what it should.
#include <fcntl.h>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/upkeep_fixture.hpp"

namespace securestack::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class SelfBackups : public UpkeepTest {};
INSTANTIATE_TEST_SUITE_P(Engines, SelfBackups, each_engine, engine_name);

TEST_P(SelfBackups, TheFirstIsMadeAtOnceAndTheNextAtItsSlot) {
    auto const here = replica();

    here->look();
    here->look();
    EXPECT_THAT(names(), ElementsAre("securestack-20261122T022500Z.tar"));

    clock.advance(21h);
    here->look();
    EXPECT_THAT(names(), SizeIs(1));

    clock.advance(1h);  // past midnight
    here->look();
    EXPECT_THAT(names(), SizeIs(2));
    EXPECT_EQ(recorded("success"), 2);
    EXPECT_LT(here->last_success() - clock.now(), 1s);
    EXPECT_GE(here->last_success(), clock.now() - 1s);
}

TEST_P(SelfBackups, HoldsTheDatabaseAndIsThisUsersAlone) {
    replica()->look();

    auto const file = backups() / *names().begin();
    File in{file, O_RDONLY};
    auto const unpacked = unpack_backup(
        in, [](BackupManifest const&) { return nullptr; },
        [](std::string_view, std::uint64_t, std::uint64_t) { return true; });

    EXPECT_EQ(unpacked.manifest.snapshot.rows.at("schema_migrations"),
              number("SELECT count(*) FROM schema_migrations"));
    EXPECT_FALSE(unpacked.master_key.has_value());
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(std::filesystem::status(backups()).permissions(), std::filesystem::perms::owner_all);
}

TEST_P(SelfBackups, OfTwoReplicasOneMakesIt) {
    auto const one = replica();
    auto const two = replica();

    one->look();
    two->look();

    EXPECT_THAT(names(), SizeIs(1));
    EXPECT_EQ(two->last_success(), one->last_success());
}

TEST_P(SelfBackups, ARestartDoesNotMakeAnother) {
    replica()->look();
    clock.advance(1h);

    auto const restarted = replica();
    restarted->look();

    EXPECT_THAT(names(), SizeIs(1));
    EXPECT_LT(restarted->last_success(), clock.now());
    EXPECT_EQ(restarted->last_bytes(), std::filesystem::file_size(backups() / *names().begin()));
}

TEST_P(SelfBackups, TheNewestAreKeptAndWhatOthersPutThereToo) {
    auto const here = replica(2);
    std::filesystem::create_directories(backups());
    std::ofstream{backups() / "notes.txt"} << "mine";
    std::ofstream{backups() / ".securestack-20260101T000000Z.tar.abc.part"} << "of a process that was killed";

    for (int day = 0; day < 4; ++day) {
        here->look();
        clock.advance(24h);
    }

    EXPECT_THAT(names(), ElementsAre("notes.txt", "securestack-20261124T022500Z.tar",
                                     "securestack-20261125T022500Z.tar"));
}

TEST_P(SelfBackups, AFailureIsToldLeavesTheOldOnesAndIsTriedAgainAnHourLater) {
    auto const here = replica(1);
    here->look();
    clock.advance(24h);
    // What cannot be written to, also not by root.
    std::filesystem::rename(backups(), directory_ / "aside");
    std::ofstream{backups()} << "no directory";

    here->look();
    here->look();

    EXPECT_EQ(here->failures(), 1U);
    EXPECT_EQ(recorded("failure"), 1);

    std::filesystem::remove(backups());
    std::filesystem::rename(directory_ / "aside", backups());
    EXPECT_THAT(names(), ElementsAre("securestack-20261122T022500Z.tar"));
    clock.advance(59min);
    here->look();
    EXPECT_EQ(recorded("success"), 1);
    clock.advance(2min);
    here->look();

    EXPECT_THAT(names(), ElementsAre("securestack-20261123T032600Z.tar"));
}

TEST_P(SelfBackups, OneThatStopsBeginsNone) {
    auto const here = replica();
    here->stop();

    here->look();

    EXPECT_THAT(names(), SizeIs(0));
}

}  // namespace
}  // namespace securestack::test
