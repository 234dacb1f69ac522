// Backup tasks, their runs, repositories, pings and the judge of what is overdue: what the rest of the
// program may ask of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "audit/audit.hpp"
#include "backups/judge.hpp"
#include "crypto/master_key.hpp"
#include "identity/settings.hpp"
#include "incidents/incidents.hpp"
#include "scheduler/lease.hpp"
#include "servers/servers.hpp"
#include "storage/database.hpp"

namespace securestack {

class Router;
class PingLimiter;

struct BackupSettings {
    std::string url = "http://localhost:8000";                            // what ping URLs begin with
    std::optional<Rate> ping_rate = Rate{120, std::chrono::seconds{60}};  // of one task, on one replica
    // After nobody has been there to hear of runs: how long before slots are held against anybody.
    std::chrono::seconds overdue_delay{600};
    // A task whose incident was resolved less than this ago has it reopened, and gets no second one.
    std::chrono::seconds reopen_window = usual_reopen_window;
};

// What one round of judging did.
struct Judged {
    bool leading = false;    // this replica had the lease, and something to write down
    std::int64_t slots = 0;  // that had no success in time
    std::int64_t lost = 0;   // runs of which no end was heard for a week
    bool more = false;       // there was no time for all: call again
};

// Thread-safe. The parts must outlive it.
class Backups {
  public:
    Backups(Database& database, Clock const& clock, IdSource& ids, MasterKey const& key,
            BackupSettings settings);
    ~Backups();

    // Judges what is overdue, if this replica holds the lease or can have it; for a timer of some seconds.
    // Costs one small read when nothing is due. Every slot is judged once, whatever the other replicas do.
    Judged judge();
    // Gives the lease up, so that another replica need not wait for it to expire.
    void stop_judging();

    BackupSettings const& settings() const { return settings_; }
    MasterKey const& key() const { return key_; }
    PingLimiter& ping_limiter() const { return *limiter_; }

  private:
    // A round under the lease.
    struct Session {
        Lease lease;
        Attendance attendance;
        std::int64_t lost = 0;
    };
    bool is_quiet(Tx& tx, Time now) const;
    std::optional<Session> begin_session(Tx& tx) const;
    Actor program(Time now) const;

    Database& database_;
    Clock const& clock_;
    IdSource& ids_;
    MasterKey const& key_;
    BackupSettings const settings_;
    std::unique_ptr<PingLimiter> limiter_;
    std::string const holder_;
};

// A server's tasks go where it goes, stop when it is deleted, and go on when it comes back.
ServerFollower backup_follower();

// Removes at most `limit` runs that were first heard of before `before`, their logs, and slots judged before
// then; returns how many runs. Of every task the latest run stays.
std::int64_t purge_old_runs(Tx& tx, Time before, std::int64_t limit);
// Removes at most `limit` whole logs of runs that were reported before `before`; their last lines stay with
// the runs. Returns how many.
std::int64_t purge_old_run_logs(Tx& tx, Time before, std::int64_t limit);

// /api/backups, /api/runs, /api/repositories, /api/servers/{id}/backups and /runs, /api/schedule, /ping
void add_backup_routes(Router& router, Backups& backups);

}  // namespace securestack
