#include "incidents/access.hpp"

#include "identity/visible.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Problem out_of_reach(Reach reach) {
    return {ErrorCode::forbidden,
            reach == Reach::manage
                ? "You may see this incident, but not delete it or give it away: that takes a "
                  "maintainer of its team."
                : "You may see this incident, but not act on it: that takes an operator of its team, "
                  "or being its assignee."};
}

}  // namespace

bool reaches_incident(Principal const& principal, Reach reach, Incident const& incident) {
    bool const is_assignee = !principal.is_anonymous() && incident.assignee == principal.user;
    if (is_assignee && reach != Reach::manage) return true;
    return reaches(principal, reach, holder_of(incident));
}

Scope visible_incidents(Principal const& principal) {
    auto const held = visible_to(principal, {});
    if (held.alternatives().empty()) return held;
    auto alternatives = held.alternatives();
    alternatives.push_back(Sql{}.add("assignee = ").bind(principal.user));
    return Scope{held.common(), std::move(alternatives)};
}

Problem no_such_incident() {
    return {ErrorCode::not_found, "There is no incident with this id."};
}

Result<Incident> find_visible_incident(Tx& tx, Context const& context, Id id) {
    auto found = Table<Incident>(tx).find(id);
    if (!found || !reaches_incident(context.principal, Reach::read, *found)) return no_such_incident();
    return *std::move(found);
}

Result<Incident> find_incident(Tx& tx, Principal const& principal, Id id, Reach reach) {
    auto found = Table<Incident>(tx).find(id);
    if (!found || !reaches_incident(principal, Reach::read, *found)) return no_such_incident();
    if (!reaches_incident(principal, reach, *found)) return out_of_reach(reach);
    return *std::move(found);
}

}  // namespace securestack
