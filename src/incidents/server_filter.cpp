#include "incidents/server_filter.hpp"

namespace securestack {
namespace {

constexpr std::size_t most_filtered_servers = 100;

Problem bad_server(std::string detail) {
    Problem problem{ErrorCode::malformed, "Query parameter server: " + detail};
    problem.errors.push_back({"server", "format", std::move(detail)});
    return problem;
}

}  // namespace

Result<Scope> with_server_filter(Context const& context, ServerLinks const& links, Scope scope) {
    auto const parameters = context.request.query();
    if (!parameters) return parameters.error();
    std::vector<Id> servers;
    for (auto const& [name, value] : *parameters) {
        if (name != "server") continue;
        auto const id = Id::parse(value);
        if (!id) return bad_server("must be a UUID");
        servers.push_back(*id);
    }
    if (servers.size() > most_filtered_servers) return bad_server("may be given at most 100 times");
    if (servers.empty()) return scope;
    return scope.require(naming_any(links, servers));
}

}  // namespace securestack
