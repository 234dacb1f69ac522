#include "core/principal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace securestack {
namespace {

using enum Permission;

// The whole of authorisation by function: a permission, what it is called as a scope, and the roles that have
// it. What is not here is refused. Which objects a permission reaches is another question (`reaches`): a user
// with servers_read sees its own servers and its teams', with audit_read its own acts.
struct Grant {
    Permission permission;
    std::string_view scope;
    bool user;
    bool auditor;
    bool admin;
};

constexpr bool yes = true;
constexpr bool no = false;

constexpr std::array<Grant, permission_count> grants{{
    //                                     user auditor admin
    {account, "account", yes, yes, yes},
    {servers_read, "servers:read", yes, yes, yes},
    {servers_write, "servers:write", yes, no, yes},
    {backups_read, "backups:read", yes, yes, yes},
    {backups_write, "backups:write", yes, no, yes},
    {runs_write, "runs:write", yes, no, yes},
    {incidents_read, "incidents:read", yes, yes, yes},
    {incidents_write, "incidents:write", yes, no, yes},
    {users_read, "users:read", no, yes, yes},
    {users_write, "users:write", no, no, yes},
    {teams_read, "teams:read", yes, yes, yes},
    {teams_write, "teams:write", yes, no, yes},
    {keys_read, "keys:read", yes, yes, yes},
    {keys_write, "keys:write", yes, yes, yes},
    {audit_read, "audit:read", yes, yes, yes},
    {ingest_write, "ingest:write", yes, no, yes},
}};

static_assert(std::ranges::all_of(grants,
                                  [at = 0](Grant const& grant) mutable {
                                      return std::to_underlying(grant.permission) == at++;
                                  }),
              "one row for each permission, in their order");

constexpr bool granted(Role role, Grant const& grant) {
    switch (role) {
        case Role::user:
            return grant.user;
        case Role::auditor:
            return grant.auditor;
        case Role::admin:
            return grant.admin;
    }
    return false;
}

}  // namespace

std::string_view to_string(Role role) {
    constexpr std::array<std::string_view, 3> names{"user", "auditor", "admin"};
    return names.at(std::to_underlying(role));
}

std::string_view to_string(Permission permission) {
    return grants.at(std::to_underlying(permission)).scope;
}

std::optional<Permission> parse_permission(std::string_view scope) {
    auto const found = std::ranges::find(grants, scope, &Grant::scope);
    if (found == grants.end()) return std::nullopt;
    return found->permission;
}

std::string_view to_string(TeamRole role) {
    constexpr std::array<std::string_view, 3> names{"viewer", "operator", "maintainer"};
    return names.at(std::to_underlying(role));
}

std::string_view to_string(Via via) {
    constexpr std::array<std::string_view, 5> names{"anonymous", "access_token", "command_line", "system",
                                                    "api_key"};
    return names.at(std::to_underlying(via));
}

PermissionSet permissions_of(Role role) {
    PermissionSet all;
    for (auto const& grant : grants) {
        if (granted(role, grant)) all.add(grant.permission);
    }
    return all;
}

bool may(Principal const& principal, Permission permission) {
    if (principal.is_anonymous()) return false;
    if (principal.scopes && !principal.scopes->contains(permission)) return false;
    return granted(principal.role, grants.at(std::to_underlying(permission)));
}

PermissionSet permissions_of(Principal const& principal) {
    PermissionSet all;
    for (auto const& grant : grants) {
        if (may(principal, grant.permission)) all.add(grant.permission);
    }
    return all;
}

bool sees_everything(Principal const& principal) {
    return !principal.is_anonymous() && (principal.role == Role::admin || principal.role == Role::auditor);
}

bool reaches(Principal const& principal, Reach reach, Holder const& holder) {
    if (principal.is_anonymous()) return false;
    if (principal.role == Role::admin || holder.owner == principal.user) return true;
    if (principal.role == Role::auditor && reach == Reach::read) return true;
    auto const membership = std::ranges::find_if(
        principal.teams, [&](Membership const& each) { return holder.team && each.team == *holder.team; });
    return membership != principal.teams.end() &&
           std::to_underlying(membership->role) >= std::to_underlying(reach);
}

}  // namespace securestack
