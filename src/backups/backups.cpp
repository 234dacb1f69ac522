#include "backups/backups.hpp"

#include "backups/judge.hpp"
#include "backups/ping_limiter.hpp"
#include "backups/rules.hpp"
#include "backups/run.hpp"
#include "scheduler/lease.hpp"

namespace securestack {
namespace {

constexpr std::string_view lease_name = "backups.judge";
constexpr std::chrono::seconds lease_duration{30};
// A transaction of so many tasks takes some milliseconds, and few of them meet a ping of theirs.
constexpr std::int64_t batch = 50;
constexpr int most_batches = 100;

}  // namespace

Backups::Backups(Database& database, Clock const& clock, IdSource& ids, MasterKey const& key,
                 BackupSettings settings)
    : database_(database),
      clock_(clock),
      ids_(ids),
      key_(key),
      settings_(std::move(settings)),
      limiter_(std::make_unique<PingLimiter>(settings_.ping_rate)),
      holder_(new_ping_key().to_string()) {}

Backups::~Backups() = default;

Actor Backups::program(Time now) const {
    Principal principal;
    principal.name = "securestack";
    principal.via = Via::system;
    return Actor{std::move(principal), now, ids_};
}

// Whether there is nothing to write down: the lease is somebody else's, or ours for a while, and nothing is
// due.
bool Backups::is_quiet(Tx& tx, Time now) const {
    auto const lease =
        tx.first("SELECT holder, expires_at FROM leases WHERE name = $1", {lease_name}, [](Row const& row) {
            return Lease{{}, std::string{row.text(0)}, 0, row.time(1)};
        });
    if (!lease || lease->expires_at <= now) return false;
    if (lease->holder != holder_) return true;
    return lease->expires_at > now + lease_duration / 2 && !anything_due(tx, now);
}

std::optional<Backups::Session> Backups::begin_session(Tx& tx) const {
    auto const now = shared_now(tx, clock_.now());
    auto const lease = claim_lease(tx, lease_name, holder_, lease_duration, now);
    if (!lease) return std::nullopt;
    return Session{.lease = *lease,
                   .attendance = attend(tx, now, settings_.overdue_delay),
                   .lost = give_up_runs(tx, program(now), batch)};
}

Judged Backups::judge() {
    if (database_.read_now([&](Tx& tx) { return is_quiet(tx, shared_now(tx, clock_.now())); })) return {};
    auto const session = database_.write_now([&](Tx& tx) { return begin_session(tx); });
    if (!session) return {};
    Judged judged{.leading = true, .lost = session->lost};
    for (int i = 0; i < most_batches; ++i) {
        auto const looked = database_.write_now([&](Tx& tx) -> Looked {
            auto const now = shared_now(tx, clock_.now());
            // Whoever was held up, and has lost the lease meanwhile, does no more.
            if (now < session->attendance.resumes_at || !holds_lease(tx, session->lease, now)) return {};
            return judge_due(tx, program(now), session->attendance, settings_.reopen_window, batch);
        });
        judged.slots += looked.slots;
        judged.more = looked.tasks > 0;
        if (!judged.more) break;
    }
    return judged;
}

void Backups::stop_judging() {
    database_.write_now([&](Tx& tx) {
        auto const fence = tx.first("SELECT fence FROM leases WHERE name = $1 AND holder = $2",
                                    {lease_name, holder_}, [](Row const& row) { return row.integer(0); });
        if (fence) release_lease(tx, Lease{std::string{lease_name}, holder_, *fence, {}});
    });
}

std::int64_t purge_old_runs(Tx& tx, Time before, std::int64_t limit) {
    tx.execute(
        "DELETE FROM backup_slots WHERE judged_at < $1 AND judged_at <= "
        "(SELECT max(judged_at) FROM (SELECT judged_at FROM backup_slots ORDER BY judged_at LIMIT $2) "
        "oldest)",
        {before, limit});
    return tx.execute(
        "DELETE FROM runs WHERE id IN (SELECT id FROM runs old WHERE id < $1 AND state <> 'running' AND "
        "EXISTS (SELECT 1 FROM runs later WHERE later.task = old.task AND later.id > old.id) "
        "ORDER BY id LIMIT $2)",
        {first_run_id(before), limit});
}

std::int64_t purge_old_run_logs(Tx& tx, Time before, std::int64_t limit) {
    std::vector<Id> due;
    tx.query("SELECT run FROM run_logs WHERE run < $1 ORDER BY run LIMIT $2", {first_run_id(before), limit},
             [&](Row const& row) { due.push_back(row.id(0)); });
    for (auto const& run : due) {
        tx.execute("DELETE FROM run_logs WHERE run = $1", {run});
        tx.execute("UPDATE runs SET log_bytes = $2, version = version + 1 WHERE id = $1",
                   {run, log_tail_bytes});
    }
    return static_cast<std::int64_t>(due.size());
}

}  // namespace securestack
