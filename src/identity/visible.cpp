#include "identity/visible.hpp"

namespace securestack {

Scope visible_to(Principal const& principal, Sql common) {
    if (sees_everything(principal)) return common;
    std::vector<Sql> alternatives;
    alternatives.push_back(Sql{}.add("owner = ").bind(principal.user));
    for (auto const& membership : principal.teams) {
        alternatives.push_back(Sql{}.add("team = ").bind(membership.team));
    }
    return Scope{std::move(common), std::move(alternatives)};
}

}  // namespace securestack
