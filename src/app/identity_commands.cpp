#include <algorithm>
#include <iostream>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/installation.hpp"
#include "identity/identity.hpp"
#include "resource/document.hpp"

namespace securestack {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

// Identity over the installation's database, beside a server or without one. Only who asks for it makes one.
struct Desk {
    explicit Desk(Settings const& settings, SchemaPolicy policy = SchemaPolicy::migrate_existing,
                  MissingKey missing = MissingKey::refuse)
        : log(make_log(std::max(settings.log_level, LogLevel::warn), settings.log_format)),
          installation(settings, policy, *log, {}, missing),
          identity(*installation.database, clock, installation.ids, identity_settings(settings),
                   installation.master_key) {
        if (installation.is_new) tell_of_new_database(settings);
    }
    ~Desk() { installation.database->close(); }
    Desk(Desk const&) = delete;
    Desk& operator=(Desk const&) = delete;

    SystemClock clock;
    std::unique_ptr<Log> log;
    Installation installation;
    Identity identity;
};

int refuse(Problem const& problem) {
    if (problem.errors.empty()) std::cerr << "securestack: " << problem.detail << '\n';
    for (auto const& error : problem.errors) {
        auto name = error.pointer.substr(std::min<std::size_t>(1, error.pointer.size()));
        std::ranges::replace(name, '_', '-');
        std::cerr << fmt::format("securestack: {}: {}\n", name, error.detail);
    }
    return failed;
}

int report(Result<User> const& outcome, std::string_view what, bool json) {
    if (!outcome) return refuse(outcome.error());
    std::cout << (json ? to_json(*outcome) : fmt::format("{}: {}", outcome->username, what)) << '\n';
    return done;
}

struct SigningPhase {
    std::string_view name;
    std::string_view words;
};

std::optional<Role> read_role(std::string_view text) {
    for (auto const role : {Role::user, Role::auditor, Role::admin}) {
        if (to_string(role) == text) return role;
    }
    std::cerr << fmt::format("securestack: the role must be user, auditor or admin; it is \"{}\"\n", text);
    return std::nullopt;
}

}  // namespace

int create_user(Settings const& settings, NewUserOptions const& options, bool json) {
    auto const role = read_role(options.role);
    if (!role) return wrong_usage;
    auto password = read_password(options.password);
    if (!password) return wrong_usage;
    NewUser user;
    user.username = options.username;
    user.password = std::move(*password);
    if (!options.email.empty()) user.email = options.email;
    user.display_name = options.display_name;
    user.role = *role;
    // Before the desk makes a database for nobody.
    auto faults = faults_of(user, identity_settings(settings).shortest_password);
    if (!faults.empty()) return refuse(Problem{std::move(faults)});
    Desk desk(settings, SchemaPolicy::migrate);
    return report(desk.identity.create_user(user), fmt::format("created with the role {}", options.role),
                  json);
}

int list_users(Settings const& settings, bool json) {
    Desk desk(settings);
    if (json) {
        std::string_view separator = "[";
        desk.identity.for_each_user(
            [&](User const& user) { std::cout << std::exchange(separator, ",") << to_json(user); });
        std::cout << (separator == "[" ? "[]\n" : "]\n");
        return done;
    }
    std::size_t width = 8;
    desk.identity.for_each_user([&](User const& user) { width = std::max(width, user.username.size()); });
    std::cout << fmt::format("{:<{}}  {:<8}  {:<8}  {}\n", "USERNAME", width, "ROLE", "STATE", "LAST LOGIN");
    desk.identity.for_each_user([&](User const& user) {
        std::cout << fmt::format("{:<{}}  {:<8}  {:<8}  {}\n", user.username, width, to_string(user.role),
                                 user.disabled ? "disabled" : "active",
                                 user.last_login_at ? format_time(*user.last_login_at) : "never");
    });
    return done;
}

int set_user_disabled(Settings const& settings, std::string const& username, bool disabled, bool json) {
    Desk desk(settings);
    return report(desk.identity.set_disabled(username, disabled), disabled ? "disabled" : "enabled", json);
}

int set_user_role(Settings const& settings, std::string const& username, std::string const& text, bool json) {
    auto const role = read_role(text);
    if (!role) return wrong_usage;
    Desk desk(settings);
    return report(desk.identity.set_role(username, *role), fmt::format("has the role {}", text), json);
}

int set_user_password(Settings const& settings, std::string const& username, PasswordFrom from, bool json) {
    require_database(settings);
    auto const password = read_password(from);
    if (!password) return wrong_usage;
    Desk desk(settings);
    return report(desk.identity.set_password(username, *password),
                  "has a new password, and no session any more", json);
}

int list_keys(Settings const& settings, bool json) {
    Desk desk(settings);
    desk.identity.start();
    auto const keys = desk.installation.database->read_now(
        [&](Tx& tx) { return desk.identity.keys().read(tx, desk.clock.now()); });
    // Those that are yet to sign come first, then the one that does, then the old ones.
    SigningPhase state{"waiting", "is published, and signs soon"};
    auto all = boost::json::parse(to_jwks(*keys));
    auto json_key = all.at("keys").as_array().begin();
    for (auto const& key : keys->verifying) {
        bool const signs = key == keys->signing.public_key;
        auto const& shown = signs ? SigningPhase{"signing", "signs and verifies"} : state;
        json_key++->as_object()["state"] = shown.name;
        if (!json) std::cout << fmt::format("{}  {}\n", key.kid, shown.words);
        if (signs) state = {"verifying", "verifies until its last tokens expire"};
    }
    if (json) std::cout << boost::json::serialize(all) << '\n';
    return done;
}

int rotate_keys(Settings const& settings) {
    Desk desk(settings);
    desk.identity.start();
    auto const successor = desk.identity.rotate_keys();
    std::cout << fmt::format("{}  is published now, and signs from {} on\n", successor.id,
                             format_time(successor.signs_from));
    return done;
}

int recover_keys(Settings const& settings, bool confirmed) {
    if (!confirmed) {
        std::cerr
            << "securestack: this gives up every signing key that the present master key does not open, and "
               "ends the access tokens that they signed. It removes every second factor that the master key "
               "does not open: its user logs in with the password alone until it enrols again. Repeat it with "
               "--yes.\n";
        return wrong_usage;
    }
    Desk desk(settings, SchemaPolicy::migrate_existing, MissingKey::replace);
    auto const lost = desk.identity.discard_unreadable();
    if (lost.signing_keys.empty() && lost.without_second_factor.empty()) {
        std::cout
            << "The master key opens every signing key and second factor: there is nothing to recover.\n";
    }
    for (auto const& id : lost.signing_keys) std::cout << fmt::format("{}  is given up\n", id);
    for (auto const& user : lost.without_second_factor) {
        std::cout << fmt::format(
            "{}: has no second factor any more, and logs in with the password alone until it enrols again\n",
            user.username);
    }
    return done;
}

}  // namespace securestack
