// Every setting of the program, declared once: its member here, its line in settings.cpp. The environment
// variable (SECURESTACK_RATE_LIMIT_LOGIN), the flag (--rate-limit-login), the TOML key (rate_limit_login) and
// the line of `securestack config show` all follow from the name.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/setting_types.hpp"

namespace securestack {

struct Settings {
    std::filesystem::path data_dir;
    ListenAddress listen;
    Secret database;
    std::filesystem::path master_key_file;
    std::string public_url;  // empty: see `url`
    std::filesystem::path tls_cert;
    std::filesystem::path tls_key;
    std::vector<Network> trusted_proxies;
    std::optional<ListenAddress> metrics_listen;
    RegistrationPolicy registration = RegistrationPolicy::open;
    std::optional<Rate> rate_limit_login;
    std::optional<Rate> rate_limit_ping;
    std::optional<Rate> rate_limit_address;
    std::optional<Rate> rate_limit_user;
    std::optional<Rate> rate_limit_key;
    std::size_t password_min_length = 12;
    std::chrono::seconds access_token_lifetime{300};
    std::chrono::seconds refresh_token_lifetime{0};
    std::chrono::seconds overdue_delay{600};
    std::chrono::seconds incident_reopen_window{86'400};
    std::string self_backup;  // a schedule, or "off"
    std::filesystem::path self_backup_dir;
    std::size_t self_backup_keep = 7;
    std::chrono::seconds keep_sessions{3600};
    std::chrono::seconds keep_runs = std::chrono::days{400};
    std::chrono::seconds keep_run_logs = std::chrono::days{90};
    std::chrono::seconds keep_deleted = std::chrono::days{30};
    std::chrono::seconds shutdown_delay{0};
    std::chrono::seconds shutdown_timeout{0};
    std::size_t threads = 1;
    std::size_t database_pool = 1;
    std::size_t max_connections = 1;
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::automatic;

    bool tls() const { return !tls_cert.empty(); }
    bool on_sqlite() const { return database.reveal().starts_with("sqlite:"); }
    // Where users reach this program: public_url, else the address it listens on.
    std::string url() const;
    // Others reach it, and it was not told under which address: ping URLs and links may be of no use to them.
    bool lacks_public_url() const { return public_url.empty() && !listen.is_loopback(); }
    // The `iss` of tokens: one for all replicas, so it does not follow the address of any of them.
    std::string issuer() const { return public_url.empty() ? "securestack" : public_url; }
};

struct SettingSpec {
    std::string_view name;
    std::string_view value;     // how the help names the value: "HOST:PORT"
    std::string_view fallback;  // the default; {name} stands for the value of an earlier setting
    std::string_view help;
    // Empty when `text` was read into its member, else what would be right.
    std::string (*read)(std::string_view text, Settings& into);
    bool offline = false;  // matters to the commands that work beside a server, too
    std::string (*show)(std::string_view text) = nullptr;  // hides what is secret in it

    std::string environment() const;  // "SECURESTACK_DATA_DIR"
    std::string flag() const;         // "--data-dir"
};

// In the order in which they are read and shown.
std::span<SettingSpec const> setting_specs();

// What no single setting can tell: a certificate without a key. Empty when all is well.
std::string check_together(Settings const& settings);

}  // namespace securestack
