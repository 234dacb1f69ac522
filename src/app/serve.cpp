#include "app/serve.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "app/application.hpp"
#include "app/build_info.hpp"
#include "app/open_files.hpp"
#include "app/process_signals.hpp"
#include "http/server.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;

ServerOptions server_options(Settings const& settings) {
    ServerOptions options;
    options.host = settings.listen.host;
    options.port = settings.listen.port;
    options.threads = settings.threads;
    options.trusted_proxies = settings.trusted_proxies;
    options.max_connections = settings.max_connections;
    options.spool_directory = settings.data_dir;
    options.drain_timeout = settings.shutdown_timeout;
    if (settings.tls()) options.tls = TlsFiles{settings.tls_cert, settings.tls_key};
    return options;
}

// Calls `work` every `period` on a thread of its own until it goes. What it throws is logged, and the next
// call comes all the same.
class Timer {
  public:
    Timer(std::string name, std::chrono::milliseconds period, Log& log, std::function<void()> work)
        : thread_([=, this, &log](std::stop_token const& stop) {
              std::unique_lock lock(mutex_);
              while (!wake_.wait_for(lock, stop, period, [&] { return stop.stop_requested(); })) {
                  try {
                      work();
                  } catch (std::exception const& error) {
                      log.error("timer.failed", {{"timer", name}, {"reason", error.what()}});
                  }
              }
          }) {}

  private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

// /metrics at an address of its own.
class MetricsListener {
  public:
    MetricsListener(ListenAddress const& address, Application& application, Clock& clock, Log& log)
        : dispatcher_(application.dispatcher_for(router_)),
          server_(options(address), dispatcher_, application.database(), application.ids(), clock, log) {
        router_.plain(Method::get, "/metrics", anyone(),
                      [&metrics = application.metrics()](Context const& context) {
                          return metrics.answer(context.request.headers);
                      });
        server_.start();
    }

    void drain() { server_.drain(); }

  private:
    static ServerOptions options(ListenAddress const& address) {
        ServerOptions options;
        options.host = address.host;
        options.port = address.port;
        options.threads = 1;
        options.max_connections = 64;
        options.drain_timeout = 1s;
        return options;
    }

    Router router_;
    Dispatcher dispatcher_;
    HttpServer server_;
};

std::string without_public_url(Settings const& settings) {
    return fmt::format("public_url is not set: ping URLs and links begin with {}", settings.url());
}

// Standard output is for the person who starts the server: the log goes to standard error, and the set-up
// link, which is a credential, goes nowhere else.
void greet(Settings const& settings, std::optional<std::string> const& setup_token) {
    auto const url = settings.url();
    if (isatty(STDOUT_FILENO) == 1) {
        std::cout << fmt::format(
            "\n  SecureStack {}\n\n  Address    {}\n  API        {}/api/docs\n  Data       {} ({})\n",
            version(), url, url, settings.data_dir.string(), settings.on_sqlite() ? "SQLite" : "PostgreSQL");
        if (settings.lacks_public_url()) std::cout << "  Warning    " << without_public_url(settings) << '\n';
        std::cout << "  Stop       Ctrl-C\n\n";
    }
    if (setup_token) {
        std::cout << fmt::format("Make the first administrator (one use, 15 minutes): {}/#setup={}\n", url,
                                 *setup_token);
    }
    std::cout.flush();
}

void reload(Settings const& settings, HttpServer& server, Log& log) {
    if (!settings.tls()) {
        log.info("tls.reload", {{"outcome", "nothing to reload: TLS is off"}});
        return;
    }
    try {
        server.reload_certificate();
        log.info("tls.reload", {{"outcome", "success"}});
    } catch (std::exception const& error) {
        log.error("tls.reload", {{"outcome", "failure"}, {"reason", error.what()}});
    }
}

// Nothing that was acknowledged is lost by it: what was under way is not done.
void give_up_starting(Log& log) {
    log.info("serve.stopped", {{"reason", "a signal came before the server was ready"}});
    log.flush();
    std::_Exit(0);
}

// More connections than files may be open would keep those waiting that are told now that there is no room.
void fit_connections(Settings& settings, Log& log) {
    auto const files = allow_open_files(open_files_for(settings.max_connections));
    auto const room = connections_within(files, settings.max_connections);
    if (room == settings.max_connections) return;
    log.warn("serve.open_files", {{"limit", files},
                                  {"max_connections", room},
                                  {"reason", "the limit on open files is too low for more connections"}});
    settings.max_connections = room;
}

// One stop can come as several signals: to the process, and to its group by way of make or a shell.
constexpr std::chrono::seconds one_stop{1};

// Waits for the signal to stop, then for the drain that it begins; a second signal, later, does not wait.
void run_until_stopped(Settings const& settings, Application& application, HttpServer& server,
                       ProcessSignals& signals, Log& log) {
    std::jthread drainer;
    std::chrono::steady_clock::time_point stopped;
    for (;;) {
        switch (signals.wait()) {
            case ProcessSignal::reload:
                reload(settings, server, log);
                break;
            case ProcessSignal::stop:
                if (drainer.joinable()) {
                    if (std::chrono::steady_clock::now() - stopped < one_stop) break;
                    log.warn("serve.killed",
                             {{"reason", "a second signal: requests in progress were given up"}});
                    log.flush();
                    std::_Exit(1);
                }
                stopped = std::chrono::steady_clock::now();
                log.info("serve.draining", {{"delay_s", settings.shutdown_delay.count()},
                                            {"timeout_s", settings.shutdown_timeout.count()}});
                notify_service_manager("STOPPING=1");
                application.begin_draining();
                drainer = std::jthread([&] {
                    // Until those who ask /readyz have seen it, requests still come.
                    std::this_thread::sleep_for(settings.shutdown_delay);
                    server.drain();
                    signals.post_drained();
                });
                break;
            case ProcessSignal::drained:
                if (drainer.joinable()) return;
        }
    }
}

}  // namespace

void serve(Settings const& given, ServeOptions options) {
    auto const begun = std::chrono::steady_clock::now();
    ProcessSignals signals;
    auto const log = make_log(given.log_level, given.log_format);
    std::optional<StopWatch> starting{std::in_place, [&log] { give_up_starting(*log); }};
    if (!options.migrate) require_database(given);
    make_data_directory(given.data_dir);
    std::optional<ServerLock> lock;
    if (given.on_sqlite()) lock.emplace(given.data_dir);

    require_free_address(given.listen.host, given.listen.port);
    if (given.metrics_listen) require_free_address(given.metrics_listen->host, given.metrics_listen->port);
    if (given.tls()) require_usable(TlsFiles{given.tls_cert, given.tls_key});

    SystemClock clock;
    auto settings = given;
    fit_connections(settings, *log);
    Application application(settings, clock, *log,
                            options.migrate ? SchemaPolicy::migrate : SchemaPolicy::must_be_current,
                            lock ? &*lock : nullptr);
    starting.reset();  // from here on there may be requests, and a stop drains them
    if (application.has_new_database()) log->info("database.created", {{"at", database_place(settings)}});
    HttpServer server(server_options(settings), application.dispatcher(), application.database(),
                      application.ids(), clock, *log);
    application.metrics().add_gauge("securestack_connections", "Client connections that are open.",
                                    [&] { return static_cast<double>(server.stats().connections); });
    application.metrics().add_counter("securestack_connections_refused_total",
                                      "Connections beyond max_connections.",
                                      [&] { return static_cast<double>(server.stats().refused); });
    std::optional<MetricsListener> metrics;
    if (settings.metrics_listen) metrics.emplace(*settings.metrics_listen, application, clock, *log);
    settings.listen.port = server.port();

    server.start();
    Timer const watch("database", 1s, *log, [&] { application.look_at_database(); });
    Timer const housekeeping("housekeeping", 60s, *log, [&] { application.housekeep(); });
    Timer const self_backup("self_backup", 60s, *log, [&] { application.back_itself_up(); });
    Timer const judge("backups", 5s, *log, [&] { application.judge_backups(); });
    auto const took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun);
    auto const address = settings.listen.to_string();
    log->info("serve.ready", {{"listen", address},
                              {"url", settings.url()},
                              {"database", settings.on_sqlite() ? "sqlite" : "postgresql"},
                              {"version", version()},
                              {"took_ms", took.count()}});
    if (settings.lacks_public_url())
        log->warn("serve.public_url", {{"reason", without_public_url(settings)}});
    greet(settings, application.identity().ensure_setup_token());
    notify_service_manager("READY=1");

    run_until_stopped(settings, application, server, signals, *log);
    if (metrics) metrics->drain();
    log->info("serve.stopped");
    log->flush();
}

}  // namespace securestack
