// The servers as other programs want them: Ansible's dynamic inventory, Prometheus' HTTP service discovery.
#include "servers/inventory.hpp"

#include <algorithm>
#include <tuple>

#include "core/ascii.hpp"
#include "http/router.hpp"
#include "identity/visible.hpp"
#include "resource/condition.hpp"
#include "resource/keyset.hpp"
#include "resource/table.hpp"
#include "servers/servers.hpp"

namespace securestack {
namespace {

// The whole answer is made at once: beyond this a filter is asked for.
constexpr std::int64_t most_servers = 20'000;

Problem too_many() {
    return {ErrorCode::malformed,
            "These are more than 20,000 servers. Ask for fewer: ?environment=, ?status= or ?team=."};
}

Result<Scope> wanted_rows(Context const& context, Engine engine) {
    auto const parameters = context.request.query();
    if (!parameters) return parameters.error();
    auto const query = parse_list_query(schema_of<Server>(), *parameters, context.cursors);
    if (!query) return query.error();
    auto scope = visible_to(context.principal, std::move(Sql{}.add("deleted_at IS NULL")));
    for (auto const& filter : query->filters) scope.require(condition_of(filter, engine));
    return scope;
}

// Those that the caller may see, by name. Problem when they are too many.
Result<std::vector<Server>> servers_for(Tx& tx, Context const& context) {
    auto const scope = wanted_rows(context, tx.engine());
    if (!scope) return scope.error();
    std::vector<Server> servers;
    for (auto const& condition : disjoint_conditions(*scope)) {
        auto const left = most_servers + 1 - std::ssize(servers);
        auto const rest = Sql{}.add("WHERE ").append(condition).add(" LIMIT ").bind(left);
        Table<Server>(tx).for_each(rest, [&](Server const& server) { servers.push_back(server); });
        if (std::ssize(servers) > most_servers) return too_many();
    }
    std::ranges::sort(servers, {}, [](Server const& server) { return std::tie(server.name, server.id); });
    return servers;
}

template <std::string (*Write)(std::vector<Server> const&)>
Result<Response> inventory(Tx& tx, Context const& context) {
    auto const servers = servers_for(tx, context);
    if (!servers) return servers.error();
    return json_response(200, Write(*servers));
}

void add_filters(RouteRef route) {
    route.query("environment", "Only servers of this environment; repeated: of one of these.")
        .query("status", "Only servers in this status; repeated: in one of these.")
        .query("team", "Only servers of this team.")
        .query("owner", "Only servers of this user.")
        .tag("Inventory");
}

}  // namespace

// Letters, digits and underscores are what both programs take in a name.
std::string plain_name(std::string_view text) {
    std::string name;
    for (char const c : text) name += ascii::is_alphanumeric(c) ? c : '_';
    return name;
}

void add_inventory_routes(Router& router) {
    auto const reading = allow(Permission::servers_read);
    add_filters(
        router.get("/api/inventory/ansible", reading, inventory<ansible_inventory>)
            .operation("getAnsibleInventory")
            .summary("The servers as a dynamic inventory of Ansible")
            .description("What an inventory script prints for `--list`, with `_meta.hostvars`. Groups: "
                         "`environment_…`, `status_…`, and for each label `label_<name>_<value>`. Texts with "
                         "braces are marked with `__ansible_unsafe`. At most 20,000 servers."));
    add_filters(
        router.get("/api/inventory/prometheus", reading, inventory<prometheus_targets>)
            .operation("getPrometheusTargets")
            .summary("The servers' endpoints as targets of Prometheus")
            .description("For `http_sd_configs`: one target for each endpoint of a server, with labels that "
                         "begin with `__meta_securestack_`. At most 20,000 servers."));
}

}  // namespace securestack
