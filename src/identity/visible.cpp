#include "identity/visible.hpp"

namespace securestack {

namespace {

Scope owned_or_held(Principal const& principal, Sql common, TeamRole least) {
    std::vector<Sql> alternatives;
    alternatives.push_back(Sql{}.add("owner = ").bind(principal.user));
    for (auto const& membership : principal.teams) {
        if (membership.role >= least) alternatives.push_back(Sql{}.add("team = ").bind(membership.team));
    }
    return Scope{std::move(common), std::move(alternatives)};
}

}  // namespace

Scope visible_to(Principal const& principal, Sql common) {
    if (sees_everything(principal)) return common;
    return owned_or_held(principal, std::move(common), TeamRole::viewer);
}

Scope managed_by(Principal const& principal, Sql common) {
    if (principal.role == Role::admin) return common;
    return owned_or_held(principal, std::move(common), TeamRole::maintainer);
}

}  // namespace securestack
