// The backup that the program makes of its own database, by a schedule (UTC), of whose files the newest are
// kept.
//
// Of several replicas one makes it, under a lease; the others see in the audit log that it was made. Each one
// is read back and checked before it gets its name; older ones go only then. A failure is logged, counted and
// recorded, and tried again an hour later; the program serves on.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "audit/audit.hpp"
#include "core/log.hpp"
#include "scheduler/cron.hpp"
#include "scheduler/lease.hpp"
#include "upkeep/backup_file.hpp"

namespace securestack {

struct SelfBackupSettings {
    std::optional<Schedule> schedule{};  // none: never
    std::filesystem::path directory{};   // made when it is missing, mode 0700
    std::size_t keep = 7;
    Secret database{};  // its URL
    std::string product_version{};
    std::string key_fingerprint{};
};

class SelfBackup {
  public:
    // The references must outlive it.
    SelfBackup(Database& database, Clock const& clock, IdSource& ids, Log& log, SelfBackupSettings settings);

    // Makes one when it is due; for a timer of a minute. Takes as long as that does. Does not throw.
    void look();
    // A backup under way ends soon, without a trace, and none is begun. Thread-safe.
    void stop() { stopping_ = true; }

    // Thread-safe; for metrics. The first is the replicas' last one, when this one has seen it.
    bool enabled() const { return settings_.schedule.has_value(); }
    Time last_success() const { return from_micros(last_success_); }  // the epoch: never
    std::uint64_t last_bytes() const { return last_bytes_; }          // 0: its file is not here
    std::uint64_t failures() const { return failures_; }

  private:
    struct History {
        std::optional<Time> success;
        std::optional<Time> attempt;
    };
    History history(Tx& tx) const;
    bool is_due(Tx& tx, Time now);
    std::optional<Lease> claim();
    bool keep_lease(Lease& lease);
    void make(Lease& lease);
    void record_made(std::filesystem::path const& file, Time now, BackupManifest const& manifest);
    void fail(std::string const& file, std::string const& reason);
    void remove_old();
    void remove_leftovers();
    Actor program(Time now) const;

    Database& database_;
    Clock const& clock_;
    IdSource& ids_;
    Log& log_;
    SelfBackupSettings const settings_;
    std::string const holder_;
    std::optional<Time> failed_at_;  // also when the audit log could not be told
    std::atomic<bool> stopping_ = false;
    std::atomic<std::int64_t> last_success_ = 0;
    std::atomic<std::uint64_t> last_bytes_ = 0;
    std::atomic<std::uint64_t> failures_ = 0;
};

}  // namespace securestack
