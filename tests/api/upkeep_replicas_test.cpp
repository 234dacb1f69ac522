// Several programs that share one database, and look at once.
#include <barrier>
#include <thread>

#include <gtest/gtest.h>

#include "api/upkeep_fixture.hpp"

namespace securestack::test {
namespace {

class UpkeepReplicas : public UpkeepTest {
  protected:
    // A program of its own: its connections and its disk are its own. SQLite's database belongs to one
    // program.
    struct Program {
        std::unique_ptr<Database> own;
        std::unique_ptr<SelfBackup> self_backup;
    };
    Program program(std::filesystem::path const& directory) {
        Program made;
        if (GetParam() == Engine::postgresql) made.own = open_database(data_->url(), {}, *log_);
        SelfBackupSettings settings{.schedule = Schedule::parse("@daily").value(),
                                    .directory = directory,
                                    .database = data_->url(),
                                    .product_version = "1.2.3"};
        made.self_backup =
            std::make_unique<SelfBackup>(made.own ? *made.own : database(), clock, ids_, *log_, settings);
        return made;
    }
    static std::size_t files_in(std::filesystem::path const& directory) {
        if (!std::filesystem::exists(directory)) return 0;
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory}, {}));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, UpkeepReplicas, each_engine, engine_name);

TEST_P(UpkeepReplicas, OfThreeThatLookAtOnceOneMakesTheBackup) {
    std::vector<Program> programs;
    for (auto const* name : {"a", "b", "c"}) programs.push_back(program(directory_ / name));
    for (int day = 1; day <= 2; ++day) {
        std::barrier start{3};
        std::vector<std::jthread> threads;
        for (auto& each : programs) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                each.self_backup->look();
            });
        }
        threads.clear();

        EXPECT_EQ(files_in(directory_ / "a") + files_in(directory_ / "b") + files_in(directory_ / "c"),
                  static_cast<std::size_t>(day));
        EXPECT_EQ(recorded("success"), day);
        clock.advance(std::chrono::hours{24});
    }
    EXPECT_EQ(recorded("failure"), 0);
    for (auto& each : programs) {
        each.self_backup.reset();
        if (each.own) each.own->close();
    }
}

}  // namespace
}  // namespace securestack::test
