// Who is calling, and what a caller may do. The table from role to permission is in principal.cpp, once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/id.hpp"

namespace securestack {

enum class Role : std::uint8_t { user, auditor, admin };

// What a route asks for. A permission lets a caller use the route; which objects it reaches there is decided
// by ownership (see `sees_everything`).
enum class Permission : std::uint8_t {
    account,  // own profile, password, sessions
    servers_read,
    servers_write,
    users_read,
    users_write,
    audit_read
};

std::string_view to_string(Role role);
std::string_view to_string(Permission permission);

// How a caller proved who it is; part of every audit record.
enum class Via : std::uint8_t { anonymous, access_token, command_line, system };
std::string_view to_string(Via via);

struct Principal {
    Id user{};         // nil when anonymous
    Id session{};      // nil unless Via::access_token
    std::string name;  // username
    Role role = Role::user;
    Via via = Via::anonymous;

    bool is_anonymous() const { return via == Via::anonymous; }
};

// Deny by default: false for every pair that the table does not name, and for anonymous callers.
bool may(Principal const& principal, Permission permission);

// Admins and auditors see every object; others see what they own.
bool sees_everything(Principal const& principal);

}  // namespace securestack
