// The servers as other programs want them: Ansible's dynamic inventory, Prometheus' HTTP service discovery.
#include "servers/inventory.hpp"

#include <algorithm>
#include <span>
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
constexpr std::size_t most_text = std::size_t{32} * 1024 * 1024;  // bytes of names and labels in the answer

Problem too_many(std::string_view what) {
    return {ErrorCode::malformed, "These are more than " + std::string{what} +
                                      ". Ask for fewer: ?environment=, ?status= or ?team=."};
}

// About the bytes that the answer has of it: a host is named in the group of each label, and an endpoint has
// all labels.
std::size_t answer_size(Server const& server) {
    auto size = server.name.size() + server.hostname.size() + server.os.size();
    for (auto const& [label, value] : server.labels) size += label.size() + value.size() + server.name.size();
    return size * std::max(std::size_t{1}, server.endpoints.size());
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

// What is not shown is not read: it may be long.
std::vector<Field> columns(std::span<std::string_view const> members) {
    std::vector<Field> fields;
    for (auto const member : members) fields.push_back(*schema_of<Server>().find(member));
    return fields;
}

// Those that the caller may see, with these members, by name. Problem when they are too many.
Result<std::vector<Server>> servers_for(Tx& tx, Context const& context,
                                        std::span<std::string_view const> members) {
    auto const scope = wanted_rows(context, tx.engine());
    if (!scope) return scope.error();
    auto const shown = columns(members);
    std::vector<Server> servers;
    std::size_t text = 0;
    for (auto const& condition : disjoint_conditions(*scope)) {
        auto const left = most_servers + 1 - std::ssize(servers);
        auto const rest = Sql{}.add("WHERE ").append(condition).add(" LIMIT ").bind(left);
        Table<Server>(tx).for_each(shown, rest, [&](Server const& server) {
            text += answer_size(server);
            if (text <= most_text) servers.push_back(server);
        });
        if (text > most_text) return too_many("32 MiB of names and labels");
        if (std::ssize(servers) > most_servers) return too_many("20,000 servers");
    }
    std::ranges::sort(servers, {}, [](Server const& server) { return std::tie(server.name, server.id); });
    return servers;
}

template <auto const& Members, std::string (*Write)(std::vector<Server> const&)>
Result<Response> inventory(Tx& tx, Context const& context) {
    auto const servers = servers_for(tx, context, Members);
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
        router.get("/api/inventory/ansible", reading, inventory<ansible_members, ansible_inventory>)
            .operation("getAnsibleInventory")
            .summary("The servers as a dynamic inventory of Ansible")
            .description("What an inventory script prints for `--list`, with `_meta.hostvars`. Groups: "
                         "`environment_…`, `status_…`, and for each label `label_<name>_<value>`. Texts with "
                         "braces are marked with `__ansible_unsafe`. At most 20,000 servers, with at most "
                         "32 MiB of names and labels."));
    add_filters(
        router.get("/api/inventory/prometheus", reading, inventory<prometheus_members, prometheus_targets>)
            .operation("getPrometheusTargets")
            .summary("The servers' endpoints as targets of Prometheus")
            .description("For `http_sd_configs`: one target for each endpoint of a server, with labels that "
                         "begin with `__meta_securestack_`. At most 20,000 servers, with at most "
                         "32 MiB of names and labels."));
}

}  // namespace securestack
