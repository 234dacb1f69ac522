// Who is calling, and what a caller may do. The table from role to permission is in principal.cpp, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// A user's part in a team. Each role includes the ones before it.
enum class TeamRole : std::uint8_t { viewer, operating, maintainer };
std::string_view to_string(TeamRole role);  // "viewer", "operator", "maintainer"

struct Membership {
    Id team{};
    TeamRole role = TeamRole::viewer;
};

struct Principal {
    Id user{};         // nil when anonymous
    Id session{};      // nil unless Via::access_token
    std::string name;  // username
    Role role = Role::user;
    Via via = Via::anonymous;
    std::vector<Membership> teams = {};  // as of at most a second ago

    bool is_anonymous() const { return via == Via::anonymous; }
};

// Deny by default: false for every pair that the table does not name, and for anonymous callers.
bool may(Principal const& principal, Permission permission);

// Admins and auditors see every object; others see what they own and what their teams hold.
bool sees_everything(Principal const& principal);

// Whose an object is: a user's, and perhaps a team's. What belongs to a server (its backup tasks, their runs)
// has the server's.
struct Holder {
    Id owner{};
    std::optional<Id> team;
};

// What a caller wants of one object. Each includes the ones before it.
enum class Reach : std::uint8_t {
    read,     // see it: a viewer
    operate,  // act on it and change it: an operator
    manage    // delete it, give it away: a maintainer
};

// Whether an object of this holder is within the caller's reach: an admin's always, an auditor's to read, an
// owner's always, a member's by its role in the team. Whoever may not `read` it must not learn of it (404);
// whoever reads it but may not do more is told so (403). The route's Permission is another question, asked
// first.
bool reaches(Principal const& principal, Reach reach, Holder const& holder);

}  // namespace securestack
