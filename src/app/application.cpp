#include "app/application.hpp"

#include <algorithm>
#include <future>

#include "app/access_log.hpp"
#include "app/auth_events.hpp"
#include "app/build_info.hpp"
#include "app/routes.hpp"
#include "audit/audit.hpp"
#include "http/openapi.hpp"
#include "http/permissions.hpp"
#include "servers/servers.hpp"
#include "storage/dialect.hpp"
#include "upkeep/retention.hpp"

namespace securestack {
namespace {

// Password hashing takes a core for some 30 ms and 19 MiB: as many at once as there are cores, few of them
// waiting.
std::size_t hashing_threads(Settings const& settings) {
    return std::max<std::size_t>(1, settings.threads);
}
constexpr std::size_t hashing_queue = 16;

// A proxy on this machine is a loopback client, too: what it forwards for somebody is not from here.
bool is_from_this_machine(Context const& context) {
    auto const& headers = context.request.headers;
    return context.client().is_loopback() && headers.count("X-Forwarded-For") == 0 &&
           headers.count("Forwarded") == 0;
}

BackupSettings backup_settings(Settings const& settings) {
    return {.url = settings.url(),
            .ping_rate = settings.rate_limit_ping,
            .overdue_delay = settings.overdue_delay,
            .reopen_window = settings.incident_reopen_window};
}

RetentionSettings retention_settings(Settings const& settings) {
    return {.runs = settings.keep_runs, .run_logs = settings.keep_run_logs, .deleted = settings.keep_deleted};
}

SelfBackupSettings self_backup_settings(Settings const& settings, MasterKey const& key) {
    SelfBackupSettings self_backup{.directory = settings.self_backup_dir,
                                   .keep = settings.self_backup_keep,
                                   .database = settings.database,
                                   .product_version = std::string{version()},
                                   .key_fingerprint = fingerprint(key)};
    // "off" is none. What is in memory only is not meant to be kept.
    auto schedule = Schedule::parse(settings.self_backup);
    if (schedule && settings.database.reveal() != "sqlite::memory:")
        self_backup.schedule = std::move(*schedule);
    return self_backup;
}

RateRules rate_rules(Settings const& settings) {
    auto const rule = [](std::optional<Rate> const& rate) -> std::optional<RateRule> {
        if (!rate) return std::nullopt;
        return RateRule{.count = rate->count, .period = rate->period};
    };
    return {.address = rule(settings.rate_limit_address),
            .user = rule(settings.rate_limit_user),
            .key = rule(settings.rate_limit_key)};
}

void warn_without_search_indexes(Database& database, Log& log) {
    if (database.read_now([](Tx& tx) { return dialect::searches_by_index(tx); })) return;
    log.warn("search.without_index",
             {{"reason", "the extension pg_trgm is not there: a search looks at every row"}});
}

CursorKey cursor_key(MasterKey const& master) {
    return CursorKey{Secret{std::string{text_of(master.derive("cursor"))}}};
}

}  // namespace

Application::Application(Settings settings, Clock& clock, Log& log, SchemaPolicy policy,
                         ServerLock const* held)
    : settings_(std::move(settings)),
      clock_(clock),
      log_(log),
      metrics_(std::string{version()}),
      installation_(settings_, policy, log, metrics_.database_observer(), MissingKey::refuse, held),
      watch_(*installation_.database, machine_clock_, log),
      idempotency_(installation_.master_key),
      rates_(rate_rules(settings_)),
      identity_(*installation_.database, clock, installation_.ids, identity_settings(settings_),
                installation_.master_key),
      backups_(*installation_.database, clock, installation_.ids, installation_.master_key,
               backup_settings(settings_)),
      housekeeper_(*installation_.database, clock, installation_.ids, log,
                   housekeeping_chores(*installation_.database, clock, installation_.ids, log, identity_,
                                       server_followers(), retention_settings(settings_))),
      self_backup_(*installation_.database, clock, installation_.ids, log,
                   self_backup_settings(settings_, installation_.master_key)),
      cpu_("cpu", hashing_threads(settings_), hashing_queue),
      dispatcher_(router_, *installation_.database, cpu_, identity_.authenticator(), clock, installation_.ids,
                  cursor_key(installation_.master_key), log, hooks()) {
    identity_.start();
    warn_without_search_indexes(*installation_.database, log);
    SystemRoutes system;
    system.version = version();
    system.reasons_not_ready = [this] { return reasons_not_ready(); };
    system.metrics = settings_.metrics_listen ? nullptr : &metrics_;
    system.may_read_metrics = is_from_this_machine;
    add_all_routes(router_, identity_, backups_, std::move(system), settings_.keep_deleted);
    metrics_.know(router_);
    add_samples();
}

void Application::begin_draining() {
    draining_ = true;
    housekeeper_.stop();
    self_backup_.stop();
}

Application::~Application() {
    // What runs on the pools uses the members: they end first.
    cpu_.stop();
    installation_.database->close();
}

DispatchHooks Application::hooks() {
    DispatchHooks hooks;
    hooks.record_denial = record_denial;
    hooks.idempotency = &idempotency_;
    hooks.rates = &rates_;
    hooks.finished = [this](Exchange const& exchange) {
        metrics_.finished(exchange);
        log_login(log_, exchange);
        log_request(log_, exchange);
    };
    return hooks;
}

Dispatcher Application::dispatcher_for(Router const& router) {
    return Dispatcher{router,
                      *installation_.database,
                      cpu_,
                      identity_.authenticator(),
                      clock_,
                      installation_.ids,
                      cursor_key(installation_.master_key),
                      log_,
                      {}};
}

void Application::add_samples() {
    auto const stats = [database = installation_.database.get()] { return database->stats(); };
    auto const gauge = [&](char const* name, char const* help, auto read) {
        metrics_.add_gauge(name, help, [read] { return static_cast<double>(read()); });
    };
    gauge("securestack_database_read_queue", "Reads that wait for a thread.",
          [=] { return stats().read_queue; });
    gauge("securestack_database_write_queue", "Writes that wait for a thread.",
          [=] { return stats().write_queue; });
    gauge("securestack_cpu_queue", "Password hashes that wait for a thread.",
          [this] { return cpu_.depth(); });
    gauge("securestack_ready", "1 when /readyz answers 200.",
          [this] { return reasons_not_ready().empty() ? 1 : 0; });
    if (self_backup_.enabled()) add_self_backup_samples();
    metrics_.add_counter("securestack_database_commits_total", "Transactions committed by writes.",
                         [=] { return static_cast<double>(stats().commits); });
    metrics_.add_counter("securestack_database_retries_total", "Times that a write was run again.",
                         [=] { return static_cast<double>(stats().retries); });
}

void Application::add_self_backup_samples() {
    metrics_.add_gauge(
        "securestack_self_backup_last_success_timestamp_seconds",
        "When the program last backed its database up; 0: never.", [this] {
            return std::chrono::duration<double>(self_backup_.last_success().time_since_epoch()).count();
        });
    metrics_.add_gauge("securestack_self_backup_bytes", "Size of that backup; 0: its file is not here.",
                       [this] { return static_cast<double>(self_backup_.last_bytes()); });
    metrics_.add_counter("securestack_self_backup_failures_total",
                         "Backups that this process failed to make.",
                         [this] { return static_cast<double>(self_backup_.failures()); });
}

Response Application::dispatch(Request request) {
    auto const asked = std::make_shared<Request>(std::move(request));
    auto const begun = std::chrono::steady_clock::now();
    std::promise<Response> answered;
    dispatcher_.dispatch(asked, [&](Response response) { answered.set_value(std::move(response)); });
    auto response = answered.get_future().get();
    Exchange exchange{.request = asked.get(), .route = response.route, .user = response.user};
    exchange.status = response.status;
    exchange.took = std::chrono::steady_clock::now() - begun;
    dispatcher_.report(exchange);
    return response;
}

std::vector<std::string> Application::reasons_not_ready() const {
    auto reasons = watch_.faults();
    if (draining_) reasons.emplace_back("the server is stopping");
    return reasons;
}

void Application::housekeep() {
    try {
        identity_.write_key_uses();
    } catch (DatabaseError const& error) {
        log_.warn("housekeeping.failed", {{"what", "key_uses"}, {"reason", error.what()}});
    }
    housekeeper_.round();
}

void Application::back_itself_up() {
    self_backup_.look();
}

void Application::judge_backups() {
    if (draining_) return backups_.stop_judging();
    auto const judged = backups_.judge();
    if (judged.slots > 0 || judged.lost > 0)
        log_.info("backups.judged", {{"overdue", judged.slots}, {"lost", judged.lost}});
}

namespace {

template <class Write>
std::string document_of_routes(Write const& write) {
    // A database in memory that is never migrated nor asked: routes hold references to their parts.
    auto const log = make_null_log();
    SystemClock const clock;
    IdSource ids;
    auto const database = open_database(Secret{"sqlite::memory:"}, {}, *log);
    MasterKey const key{Secret{std::string(MasterKey::size, '\0')}};
    Identity identity{*database, clock, ids, {}, key};
    Metrics metrics{std::string{version()}};
    Router router;
    SystemRoutes system;
    system.version = version();
    system.metrics = &metrics;
    Backups backups{*database, clock, ids, key, {}};
    add_all_routes(router, identity, backups, std::move(system));
    std::string document = write(router);
    database->close();
    return document;
}

}  // namespace

std::string product_openapi() {
    return document_of_routes([](Router const& router) { return openapi_document(router, version()); });
}

std::string product_permissions() {
    return document_of_routes(permissions_page);
}

}  // namespace securestack
