// Who is calling, and what a caller may do. The table from role to permission is in principal.cpp, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"

namespace securestack {

enum class Role : std::uint8_t { user, auditor, admin };

// What a route asks for. A permission lets a caller use the route; which objects it reaches there is decided
// by ownership (see `reaches`).
enum class Permission : std::uint8_t {
    account,  // own profile, password, sessions, second factor; no API key has it
    servers_read,
    servers_write,
    backups_read,  // tasks, their runs, repositories
    backups_write,
    runs_write,  // report runs of a task: all that a backup script needs
    incidents_read,
    incidents_write,
    users_read,
    users_write,
    teams_read,
    teams_write,
    keys_read,  // own API keys
    keys_write,
    audit_read,
    ingest_write
};
inline constexpr std::size_t permission_count = 16;

std::string_view to_string(Role role);
std::string_view to_string(Permission permission);  // as a scope of an API key: "servers:read"
std::optional<Permission> parse_permission(std::string_view scope);

class PermissionSet {
  public:
    constexpr PermissionSet() = default;
    constexpr PermissionSet(std::initializer_list<Permission> all) {
        for (auto const each : all) add(each);
    }
    constexpr void add(Permission permission) { bits_ |= bit(permission); }
    constexpr bool contains(Permission permission) const { return (bits_ & bit(permission)) != 0; }
    constexpr bool contains(PermissionSet const& other) const { return (other.bits_ & ~bits_) == 0; }
    constexpr bool operator==(PermissionSet const&) const = default;

  private:
    static constexpr std::uint32_t bit(Permission permission) {
        return std::uint32_t{1} << static_cast<unsigned>(permission);
    }
    std::uint32_t bits_ = 0;
};

// How a caller proved who it is; part of every audit record.
enum class Via : std::uint8_t { anonymous, access_token, command_line, system, api_key };
std::string_view to_string(Via via);

// A user's part in a team. Each role includes the ones before it.
enum class TeamRole : std::uint8_t { viewer, operating, maintainer };
std::string_view to_string(TeamRole role);  // "viewer", "operator", "maintainer"

struct Membership {
    Id team{};
    TeamRole role = TeamRole::viewer;
};

// So that a list, which reads one range of an index for each, has a bounded cost. Counted apart: others say
// which teams one is put into, and nobody can keep one from making teams.
inline constexpr std::size_t most_teams_made = 32;
inline constexpr std::size_t most_teams_joined = 32;
inline constexpr std::size_t most_teams_of_a_user = most_teams_made + most_teams_joined;

struct Principal {
    Id user{};         // nil when anonymous
    Id session{};      // nil unless Via::access_token
    std::string name;  // username
    Role role = Role::user;
    Via via = Via::anonymous;
    std::vector<Membership> teams = {};  // as of at most a second ago
    Id key{};                            // nil unless Via::api_key
    std::string key_name = {};
    std::optional<PermissionSet> scopes = {};  // what an API key is limited to

    bool is_anonymous() const { return via == Via::anonymous; }
};

// What a role has, whoever has the role.
PermissionSet permissions_of(Role role);

// Deny by default: false for every pair that the table does not name, for anonymous callers, and for what is
// not among the scopes of an API key.
bool may(Principal const& principal, Permission permission);

// All that `may` allows.
PermissionSet permissions_of(Principal const& principal);

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
