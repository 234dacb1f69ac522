// What clients send to the identity routes, and what these answer beside users.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.hpp"
#include "identity/user.hpp"

namespace securestack {

struct Credentials {
    std::string username;
    Secret password;
    std::optional<Secret> otp;
};

struct Registration {
    std::string username;
    Secret password;
    std::optional<std::string> email;
    std::string display_name;
    std::optional<Secret> invite;
};

struct FirstAdmin {
    Secret token;
    std::string username;
    Secret password;
};

struct RefreshRequest {
    Secret refresh;
};

// Written once, into the answer to the client that owns it.
struct TokenPair {
    std::string access;
    std::string refresh;
    std::string token_type = "Bearer";
    std::int64_t expires_in = 0;  // seconds
};

struct PasswordChange {
    Secret current_password;
    Secret new_password;
};

// What users may change of themselves.
struct Profile {
    std::optional<std::string> email;
    std::string display_name;
};

// What administrators may say of a user. Without a password a new user is refused, and an existing one keeps
// its own.
struct UserDraft {
    std::string username;
    std::optional<Secret> password;
    std::optional<std::string> email;
    std::string display_name;
    Role role = Role::user;
    bool disabled = false;
};

template <>
Schema const& schema_of<Credentials>();
template <>
Schema const& schema_of<Registration>();
template <>
Schema const& schema_of<FirstAdmin>();
template <>
Schema const& schema_of<RefreshRequest>();
template <>
Schema const& schema_of<TokenPair>();
template <>
Schema const& schema_of<PasswordChange>();
template <>
Schema const& schema_of<Profile>();
template <>
Schema const& schema_of<UserDraft>();

// Adds what is wrong with `password` as a new one for `username`; nothing when that is among `faults`
// already. At least `shortest` code points.
void add_password_faults(std::vector<FieldError>& faults, Secret const& password, std::string_view username,
                         int shortest);

UserDraft draft_of(User const& user);
// `user` with what the draft says; the password is another matter.
User with_draft(User user, UserDraft const& draft);

}  // namespace securestack
