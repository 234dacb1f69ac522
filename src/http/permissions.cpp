#include "http/permissions.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "http/operation.hpp"

namespace securestack {
namespace {

constexpr std::array<std::string_view, caller_kinds> names{
    "nobody", "key",      "key without scope", "owner",   "other user",
    "viewer", "operator", "maintainer",        "auditor", "admin"};

// The object that all callers ask about: somebody's, held by a team.
constexpr Id its_owner{{1}};
constexpr Id its_team{{2}};
constexpr Id somebody_else{{3}};

Principal caller_of(CallerKind kind, Permission permission) {
    Principal caller;
    caller.user = somebody_else;
    caller.via = Via::access_token;
    auto const join = [&](TeamRole role) { caller.teams.push_back({its_team, role}); };
    switch (kind) {
        case CallerKind::anonymous:
            caller.via = Via::anonymous;
            break;
        case CallerKind::key:
            caller.user = its_owner;
            caller.via = Via::api_key;
            // No key has this one: none does what an account does by itself.
            caller.scopes = permission == Permission::account ? PermissionSet{} : PermissionSet{permission};
            break;
        case CallerKind::other_key:
            caller.user = its_owner;
            caller.via = Via::api_key;
            caller.scopes = PermissionSet{};
            break;
        case CallerKind::owner:
            caller.user = its_owner;
            break;
        case CallerKind::outsider:
            break;
        case CallerKind::viewer:
            join(TeamRole::viewer);
            break;
        case CallerKind::operating:
            join(TeamRole::operating);
            break;
        case CallerKind::maintainer:
            join(TeamRole::maintainer);
            break;
        case CallerKind::auditor:
            caller.role = Role::auditor;
            break;
        case CallerKind::admin:
            caller.role = Role::admin;
            break;
    }
    return caller;
}

// What is an account's and no team can hold.
bool is_personal(Permission permission) {
    switch (permission) {
        case Permission::account:
        case Permission::keys_read:
        case Permission::keys_write:
        case Permission::audit_read:
            return true;
        default:
            return false;
    }
}

// What is one's own is beyond the roles in a team; an administrator has it where its route says `manage`. An
// API key changes none of its owner's other keys.
Verdict verdict_on_own(Route const& route, Principal const& caller, Holder const& holder) {
    bool const key_on_key = caller.via == Via::api_key && route.access.permission() == Permission::keys_write;
    if (caller.user == its_owner) return key_on_key ? Verdict::forbidden : Verdict::allowed;
    if (!route.reach || !reaches(caller, Reach::read, holder)) return Verdict::hidden;
    bool const by_admin = *route.reach == Reach::manage && caller.role == Role::admin;
    return by_admin ? Verdict::allowed : Verdict::forbidden;
}

std::string_view written(Verdict verdict) {
    switch (verdict) {
        case Verdict::allowed:
            return "yes";
        case Verdict::unauthenticated:
            return "401";
        case Verdict::forbidden:
            return "403";
        case Verdict::hidden:
            return "404";
    }
    return "";
}

std::string row_of(Route const& route) {
    std::string row = "| `" + std::string{to_string(route.method)} + " " + route.pattern + "` | ";
    auto const permission = route.access.permission();
    row += permission ? "`" + std::string{to_string(*permission)} + "` |" : "none |";
    for (std::size_t i = 0; i < caller_kinds; ++i) {
        row += " ";
        row += written(verdict(route, static_cast<CallerKind>(i)));
        row += " |";
    }
    return row + "\n";
}

constexpr std::string_view introduction =
    R"(# Who may call what

Made from the code (`make permissions`); a test calls every operation as every kind of caller and holds the answers to this page.

*Owner* is the user whose object it is; *viewer*, *operator* and *maintainer* are the members of the team that holds it; *key* is an API key of the
owner's with the scope that is named in the second column. `401`: log in. `403`: you may know of it, and not do this. `404`: as if it were not
there. A list answers "yes" with what the caller may see: its own and its teams' objects; administrators and auditors see all. Of API keys, a key changes
itself and those that it made, and no other of its owner's.
)";

}  // namespace

std::string_view to_string(CallerKind caller) {
    return names.at(std::to_underlying(caller));
}

Verdict verdict(Route const& route, CallerKind kind) {
    auto const permission = route.access.permission();
    if (!permission) return Verdict::allowed;
    auto const caller = caller_of(kind, *permission);
    if (caller.is_anonymous()) return Verdict::unauthenticated;
    if (!may(caller, *permission)) return Verdict::forbidden;
    Holder holder{.owner = its_owner, .team = its_team};
    if (is_personal(*permission)) holder.team.reset();
    if (route.own) return verdict_on_own(route, caller, holder);
    if (!route.reach) return Verdict::allowed;
    if (!reaches(caller, Reach::read, holder)) return Verdict::hidden;
    return reaches(caller, *route.reach, holder) ? Verdict::allowed : Verdict::forbidden;
}

std::string permissions_page(Router const& router) {
    std::map<std::string, std::vector<Route const*>> groups;
    for (auto const& route : router.routes()) {
        if (route->in_api) groups[tag_of(*route)].push_back(route.get());
    }
    std::string page{introduction};
    for (auto& [tag, routes] : groups) {
        std::ranges::stable_sort(routes, {}, [](Route const* route) { return route->pattern; });
        page += "\n## " + tag + "\n\n| call | scope |";
        for (auto const name : names) page += " " + std::string{name} + " |";
        page += "\n|---|---|";
        for (std::size_t i = 0; i < caller_kinds; ++i) page += "---|";
        page += "\n";
        for (auto const* route : routes) page += row_of(*route);
    }
    return page;
}

}  // namespace securestack
