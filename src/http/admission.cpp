#include "http/admission.hpp"

#include <algorithm>

namespace securestack {

Result<void> check_permission(Route const& route, Principal const& principal) {
    auto const permission = route.access.permission();
    if (!permission || may(principal, *permission)) return {};
    if (principal.is_anonymous()) {
        return Problem{ErrorCode::unauthenticated,
                       "Log in, and send Authorization: Bearer with the access token."};
    }
    return Problem{ErrorCode::forbidden, "This needs the permission " + std::string{to_string(*permission)} +
                                             ", which you do not have."};
}

// Lists read their own parameters; any other route has those that it states.
Result<void> check_query(Route const& route, Request const& request) {
    OperationDoc const& doc = route.doc;
    if (request.raw_query.empty() || doc.list != nullptr || !route.in_api) return {};
    if (route.takes_anything) return {};
    auto parameters = request.query();
    if (!parameters) return parameters.error();
    Problem problem{ErrorCode::malformed, "The query string has parameters that are not known here."};
    for (auto const& [name, value] : *parameters) {
        if (std::ranges::find(doc.query, name, &QueryParameterDoc::name) != doc.query.end()) continue;
        problem.errors.push_back({name, "unknown", "is not a parameter of this address"});
    }
    if (problem.errors.empty()) return {};
    return problem;
}

// What would be ignored was meant to have an effect. "{}" is what some clients send for nothing.
Result<void> check_body(Route const& route, Request const& request) {
    OperationDoc const& doc = route.doc;
    bool const takes_a_body = doc.request != nullptr || !doc.request_types.empty();
    if (takes_a_body || !route.in_api || route.takes_anything) return {};
    if (request.body.empty() || request.body == "{}") return {};
    return Problem{ErrorCode::malformed, "This call takes no body. Send it without one."};
}

}  // namespace securestack
