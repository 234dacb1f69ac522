// A database, a clock that is moved by hand, and the program's own upkeep over them.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "support/manual_clock.hpp"
#include "support/test_database.hpp"
#include "upkeep/self_backup.hpp"

namespace securestack::test {

class UpkeepTest : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        data_ = std::make_unique<TestDatabase>(GetParam(), Schema::migrated);
        auto pattern = (std::filesystem::temp_directory_path() / "securestack-test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override {
        if (!directory_.empty()) std::filesystem::remove_all(directory_);
    }

    Database& database() { return **data_; }
    std::filesystem::path backups() const { return directory_ / "backups"; }

    std::unique_ptr<SelfBackup> replica(std::size_t keep = 7) {
        SelfBackupSettings settings{.schedule = Schedule::parse("@daily").value(),
                                    .directory = backups(),
                                    .keep = keep,
                                    .database = data_->url(),
                                    .product_version = "1.2.3"};
        return std::make_unique<SelfBackup>(database(), clock, ids_, *log_, settings);
    }
    std::set<std::string> names() const {
        std::set<std::string> found;
        if (!std::filesystem::exists(backups())) return found;
        for (auto const& entry : std::filesystem::directory_iterator(backups()))
            found.insert(entry.path().filename().string());
        return found;
    }
    std::int64_t number(std::string_view sql) {
        return database().read_now(
            [&](Tx& tx) { return tx.first(sql, {}, [](Row const& row) { return row.integer(0); }).value(); });
    }
    std::int64_t recorded(std::string const& outcome) {
        return number(
            "SELECT count(*) FROM audit_records WHERE action = 'database.self_backup' AND outcome = '" +
            outcome + "'");
    }

    ManualClock clock;
    std::unique_ptr<TestDatabase> data_;
    std::filesystem::path directory_;
    IdSource ids_;
    std::unique_ptr<Log> log_ = make_null_log();
};

}  // namespace securestack::test
