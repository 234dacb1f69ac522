// The composition root: every part of the product, made and tied together in one place, all but the listener.
// Tests build it in their own process and dispatch requests to it; several may share one database, as
// replicas do.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/database_watch.hpp"
#include "app/installation.hpp"
#include "app/settings.hpp"
#include "backups/backups.hpp"
#include "core/pool.hpp"
#include "http/dispatcher.hpp"
#include "http/metrics.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "idempotency/idempotency.hpp"
#include "identity/identity.hpp"
#include "upkeep/housekeeper.hpp"
#include "upkeep/self_backup.hpp"

namespace securestack {

class Application {
  public:
    // `clock` and `log` must outlive it. `held` is the lock of a server (see bring_up_to_date). Throws
    // StartError or DatabaseError.
    Application(Settings settings, Clock& clock, Log& log, SchemaPolicy policy = SchemaPolicy::migrate,
                ServerLock const* held = nullptr);
    ~Application();
    Application(Application const&) = delete;
    Application& operator=(Application const&) = delete;

    // Answers one request; waits for it.
    Response dispatch(Request request);

    Dispatcher& dispatcher() { return dispatcher_; }
    // Another one over the same parts, without access log and counts.
    Dispatcher dispatcher_for(Router const& router);
    Router const& router() const { return router_; }
    bool has_new_database() const { return installation_.is_new; }
    Database& database() { return *installation_.database; }
    IdSource& ids() { return installation_.ids; }
    Identity& identity() { return identity_; }
    Backups& backups() { return backups_; }
    Metrics& metrics() { return metrics_; }
    Settings const& settings() const { return settings_; }

    // What /readyz tells of the database is what this found last.
    void look_at_database() { watch_.look(); }
    // From now on /readyz says 503, housekeeping ends with its batch, and a backup under way leaves nothing.
    void begin_draining();
    // Removes what has expired, for some seconds at most; for a timer of a minute. A failure is logged, and
    // the next round begins where this one ended.
    void housekeep();
    // Backs the database up when that is due, which may take long; for a timer of a minute.
    void back_itself_up();
    // Judges which backups are overdue; for a timer of some seconds.
    void judge_backups();

  private:
    DispatchHooks hooks();
    void add_samples();
    void add_self_backup_samples();
    std::vector<std::string> reasons_not_ready() const;

    Settings const settings_;
    Clock& clock_;
    Log& log_;
    Metrics metrics_;
    Installation installation_;
    SystemClock const machine_clock_;
    DatabaseWatch watch_;
    DatabaseIdempotencyStore idempotency_;
    RateLimits rates_;
    Identity identity_;
    Backups backups_;
    Housekeeper housekeeper_;
    SelfBackup self_backup_;
    Router router_;
    Pool cpu_;
    Dispatcher dispatcher_;
    std::atomic<bool> draining_ = false;
};

// The routes alone, for the OpenAPI document; nothing is opened.
std::string product_openapi();
// Who may call what (docs/permissions.md), likewise.
std::string product_permissions();

}  // namespace securestack
