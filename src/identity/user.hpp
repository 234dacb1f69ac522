// A person with an account.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.hpp"
#include "core/principal.hpp"
#include "resource/field.hpp"
#include "resource/format.hpp"

namespace securestack {

template <>
inline constexpr std::array<std::string_view, 3> choices<Role>{"user", "auditor", "admin"};

struct User {
    Id id{};
    std::string username;
    std::optional<std::string> email;
    std::string display_name;
    Role role = Role::user;
    bool disabled = false;
    Time created_at{};
    Time updated_at{};
    std::optional<Time> last_login_at;

    std::string username_fold;  // unique: how the name reads without regard to case
    std::string password_hash;  // PHC string
    std::int64_t epoch = 1;     // access tokens of an earlier epoch are void
    std::int64_t version = 1;
};

template <>
Schema const& schema_of<User>();

AuditObject audit_object(User const& user);

Problem username_is_taken();

// What a username may be: printable text without a space at either end, two spaces in a row, or characters
// that cannot be seen.
extern TextFormat const username_format;

inline constexpr std::int64_t shortest_username = 3;
inline constexpr std::int64_t longest_username = 254;

}  // namespace securestack
