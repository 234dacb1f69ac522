#include "core/principal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace securestack {
namespace {

using enum Permission;

// The whole of authorisation by function: a pair that is not here is refused. Which objects a permission
// reaches is the domain's to narrow: a user with servers_read sees its own servers, with audit_read its own
// acts.
struct Grant {
    Role role;
    Permission permission;
};

constexpr std::array grants{
    Grant{Role::admin, account},      Grant{Role::admin, servers_read},   Grant{Role::admin, servers_write},
    Grant{Role::admin, users_read},   Grant{Role::admin, users_write},    Grant{Role::admin, audit_read},

    Grant{Role::auditor, account},    Grant{Role::auditor, servers_read}, Grant{Role::auditor, users_read},
    Grant{Role::auditor, audit_read},

    Grant{Role::user, account},       Grant{Role::user, servers_read},    Grant{Role::user, servers_write},
    Grant{Role::user, audit_read},
};

constexpr bool granted(Role role, Permission permission) {
    return std::ranges::any_of(
        grants, [&](Grant const& grant) { return grant.role == role && grant.permission == permission; });
}

}  // namespace

std::string_view to_string(Role role) {
    constexpr std::array<std::string_view, 3> names{"user", "auditor", "admin"};
    return names.at(std::to_underlying(role));
}

std::string_view to_string(Permission permission) {
    constexpr std::array<std::string_view, 6> names{"account",    "servers_read", "servers_write",
                                                    "users_read", "users_write",  "audit_read"};
    return names.at(std::to_underlying(permission));
}

std::string_view to_string(TeamRole role) {
    constexpr std::array<std::string_view, 3> names{"viewer", "operator", "maintainer"};
    return names.at(std::to_underlying(role));
}

std::string_view to_string(Via via) {
    constexpr std::array<std::string_view, 4> names{"anonymous", "access_token", "command_line", "system"};
    return names.at(std::to_underlying(via));
}

bool may(Principal const& principal, Permission permission) {
    return !principal.is_anonymous() && granted(principal.role, permission);
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
