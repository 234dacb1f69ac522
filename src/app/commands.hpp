// What the command line can do beside serving. Each returns the exit code, prints data on standard output and
// what went wrong on standard error. They work beside a running server.
#pragma once

#include <string>

#include "app/configuration.hpp"
#include "app/terminal.hpp"

namespace securestack {

int run_migrate(Settings const& settings, bool json);

struct NewUserOptions {
    std::string username;
    std::string role = "user";
    std::string email;
    std::string display_name;
    PasswordFrom password = PasswordFrom::prompt;
};
int create_user(Settings const& settings, NewUserOptions const& options, bool json);
int list_users(Settings const& settings, bool json);
int set_user_disabled(Settings const& settings, std::string const& username, bool disabled, bool json);
int set_user_role(Settings const& settings, std::string const& username, std::string const& role, bool json);
int set_user_password(Settings const& settings, std::string const& username, PasswordFrom from, bool json);

int list_keys(Settings const& settings, bool json);
int rotate_keys(Settings const& settings);
int recover_keys(Settings const& settings, bool confirmed);

}  // namespace securestack
