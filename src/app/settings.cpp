#include "app/settings.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

template <auto Member>
std::string read(std::string_view text, Settings& into) {
    return read_setting(text, into.*Member);
}

template <auto Member>
std::string read_path(std::string_view text, Settings& into) {
    if (text.empty()) return "must not be empty";
    return read_setting(text, into.*Member);
}

template <auto Member, std::size_t Least, std::size_t Most>
std::string count(std::string_view text, Settings& into) {
    return read_count(text, Least, Most, into.*Member);
}

template <auto Member, int Least, int Most>
std::string duration(std::string_view text, Settings& into) {
    return read_duration(text, seconds{Least}, seconds{Most}, into.*Member);
}

constexpr int minute = 60;
constexpr int day = 86'400;

using S = Settings;

constexpr SettingSpec specs[] = {
    {"data_dir", "DIRECTORY", "{state}", "Where the database file and the master key live",
     read_path<&S::data_dir>, true},
    {"listen", "HOST:PORT", "127.0.0.1:8000", "The address to serve on; 0.0.0.0:8000 is every network",
     read<&S::listen>},
    {"database", "URL", "sqlite:{data_dir}/securestack.db",
     "sqlite:/path/to/file, or postgres://user:password@host/name",
     [](std::string_view text, S& into) { return read_database(text, into.database); }, true, mask_database},
    {"master_key_file", "FILE", "{data_dir}/master.key",
     "Holds the key that seals secrets in the database; made when the default does not exist",
     read_path<&S::master_key_file>, true},
    {"public_url", "URL", "",
     "The address that users and ping URLs use, when others than this machine do; also the tokens' issuer",
     [](std::string_view text, S& into) { return read_url(text, into.public_url); }, true},
    {"tls_cert", "FILE", "", "PEM certificate chain: serve TLS 1.3 with it (reload: SIGHUP)",
     read<&S::tls_cert>},
    {"tls_key", "FILE", "", "PEM key of that certificate", read<&S::tls_key>},
    {"trusted_proxies", "NETWORKS", "", "Whose X-Forwarded-For is believed: 10.0.0.0/8,::1",
     read<&S::trusted_proxies>},
    {"metrics_listen", "HOST:PORT", "",
     "Serve /metrics there, without credentials; empty: at the main address, for loopback clients only",
     read<&S::metrics_listen>},
    {"registration", "open|invite|closed", "open",
     "Who may sign up: anyone, whom an admin invites, or nobody", read<&S::registration>},
    {"rate_limit_login", "RATE", "10/min",
     "Login attempts per address and per account: 10/min, 100/h, or off", read<&S::rate_limit_login>},
    {"rate_limit_ping", "RATE", "120/min", "Pings of one backup task, on each replica: 120/min, 10/s, or off",
     read<&S::rate_limit_ping>},
    {"rate_limit_address", "RATE", "off",
     "Requests without credentials from one address, on each replica; off, or 6000/min",
     read<&S::rate_limit_address>},
    {"rate_limit_user", "RATE", "600000/min", "Requests of one user, on each replica, or off",
     read<&S::rate_limit_user>},
    {"rate_limit_key", "RATE", "600000/min", "Requests with one API key, on each replica, or off",
     read<&S::rate_limit_key>},
    {"password_min_length", "COUNT", "12", "The fewest characters of a new password (8 to 1024)",
     count<&S::password_min_length, 8, 1024>, true},
    {"access_token_lifetime", "DURATION", "5m", "How long an access token is good for (10s to 1h)",
     duration<&S::access_token_lifetime, shortest_access_lifetime.count(), longest_access_lifetime.count()>},
    {"refresh_token_lifetime", "DURATION", "30d",
     "How long a session can be refreshed after its login (1m to 365d)",
     duration<&S::refresh_token_lifetime, minute, 365 * day>},
    {"overdue_delay", "DURATION", "10m",
     "After this program was down: how long backups may report before any is overdue (0s to 1d)",
     duration<&S::overdue_delay, 0, day>},
    {"incident_reopen_window", "DURATION", "1d",
     "An incident of the same trouble that was resolved less than this ago is reopened, and no second one "
     "made (0s to 365d)",
     duration<&S::incident_reopen_window, 0, 365 * day>},
    {"self_backup", "SCHEDULE|off", "{self_backup}",
     "When the program backs its own database up (UTC): a crontab's five fields, @daily, @hourly, or off; "
     "@daily on SQLite, off on PostgreSQL unless it is set",
     [](std::string_view text, S& into) { return read_schedule(text, into.self_backup); }},
    {"self_backup_dir", "DIRECTORY", "{data_dir}/backups", "Where those backups are kept",
     read_path<&S::self_backup_dir>},
    {"self_backup_keep", "COUNT", "7", "How many of them are kept (1 to 1000)",
     count<&S::self_backup_keep, 1, 1000>},
    {"keep_deleted", "DURATION", "30d", "How long what was deleted can be brought back (1d to 365d)",
     duration<&S::keep_deleted, day, 365 * day>},
    {"keep_sessions", "DURATION", "1h", "How long sessions are kept that are over (1h to 365d)",
     duration<&S::keep_sessions, 3600, 365 * day>},
    {"keep_runs", "DURATION", "400d",
     "How long the runs of backups are kept (1d to 3650d); the latest of each task stays",
     duration<&S::keep_runs, day, 3650 * day>},
    {"keep_run_logs", "DURATION", "90d",
     "How long the whole logs of runs are kept (1d to 3650d); afterwards their last lines are",
     duration<&S::keep_run_logs, day, 3650 * day>},
    {"shutdown_delay", "DURATION", "0s",
     "How long a stop goes on serving while /readyz says 503, for load balancers to notice (0s to 60s)",
     duration<&S::shutdown_delay, 0, minute>},
    {"shutdown_timeout", "DURATION", "25s", "How long a stop waits for requests that have begun (1s to 10m)",
     duration<&S::shutdown_timeout, 1, 10 * minute>},
    {"threads", "COUNT", "{cores}", "I/O threads", count<&S::threads, 1, 256>},
    {"database_pool", "COUNT", "{pool}", "SQLite: readers beside the writer; PostgreSQL: connections",
     count<&S::database_pool, 2, 256>},
    {"max_connections", "COUNT", "8192", "Client connections; beyond, 503 is answered",
     count<&S::max_connections, 1, 1'000'000>},
    {"log_level", "debug|info|warn|error|off", "info", "The least important line that is written",
     read<&S::log_level>, true},
    {"log_format", "auto|text|json", "auto", "auto is text on a terminal and JSON lines otherwise",
     read<&S::log_format>, true},
};

}  // namespace

std::string Settings::url() const {
    if (!public_url.empty()) return public_url;
    auto shown = listen;
    auto const everywhere = listen.host == "0.0.0.0" || listen.host == "::";
    if (everywhere || listen.host == "127.0.0.1" || listen.host == "::1") shown.host = "localhost";
    return (tls() ? "https://" : "http://") + shown.to_string();
}

std::string SettingSpec::environment() const {
    std::string variable = "SECURESTACK_";
    for (char const c : name) variable += ascii::upper(c);
    return variable;
}

std::string SettingSpec::flag() const {
    std::string text = "--";
    text += name;
    std::ranges::replace(text, '_', '-');
    return text;
}

std::span<SettingSpec const> setting_specs() {
    return specs;
}

std::string check_together(Settings const& settings) {
    if (settings.tls_cert.empty() != settings.tls_key.empty()) {
        return "tls_cert and tls_key go together: set both, or neither to serve without TLS";
    }
    return {};
}

}  // namespace securestack
