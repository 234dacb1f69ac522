// The servers as other programs want them: Ansible's dynamic inventory, Prometheus' HTTP service discovery.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/ascii.hpp"
#include "http/router.hpp"
#include "identity/visible.hpp"
#include "resource/condition.hpp"
#include "resource/keyset.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"
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

// Letters, digits and underscores are what both programs take in a name.
std::string plain_name(std::string_view text) {
    std::string name;
    for (char const c : text) name += ascii::is_alphanumeric(c) ? c : '_';
    return name;
}

// Ansible. Whoever runs it reads what others wrote: none of it may name another machine, or run there.

// The name, with nothing in it that means something in a host pattern or in a template.
std::string host_name(Server const& server) {
    constexpr ascii::CharSet plain{"._- "};
    std::string name;
    for (char const c : server.name) {
        bool const is_ascii = static_cast<unsigned char>(c) < 0x80;
        name += !is_ascii || plain.has(c) ? c : '_';
    }
    return name;
}

// The machine that Ansible runs on, and groups: its own and those of `groups_of`.
bool has_a_meaning(std::string_view name) {
    constexpr std::array<std::string_view, 4> names{"localhost", "127.0.0.1", "all", "ungrouped"};
    constexpr std::array<std::string_view, 3> beginnings{"environment_", "status_", "label_"};
    return std::ranges::find(names, name) != names.end() ||
           std::ranges::any_of(beginnings, [&](auto beginning) { return name.starts_with(beginning); });
}

// Names are unique among one owner's servers only: where two have the same, the id tells them apart. A name
// that somebody chose to be like a name with an id, or like one that has a meaning, gets its own id, too.
std::map<Id, std::string> host_names(std::vector<Server> const& servers) {
    std::map<std::string, int> uses;
    for (auto const& server : servers) ++uses[host_name(server)];
    std::map<Id, std::string> names;
    std::set<std::string> with_id;
    auto const add_id = [&](Server const& server) {
        auto const& name = names[server.id] = host_name(server) + "-" + server.id.to_string();
        with_id.insert(name);
    };
    for (auto const& server : servers) {
        auto const name = host_name(server);
        if (uses[name] > 1 || has_a_meaning(name)) {
            add_id(server);
        } else {
            names[server.id] = name;
        }
    }
    auto const is_taken = [&](Server const& server) {
        auto const name = host_name(server);
        return names[server.id] == name && with_id.contains(name);
    };
    for (auto taken = std::ranges::find_if(servers, is_taken); taken != servers.end();
         taken = std::ranges::find_if(servers, is_taken)) {
        add_id(*taken);
    }
    return names;
}

void write_strings(JsonWriter& out, std::map<std::string, std::string> const& members) {
    out.begin_object();
    for (auto const& [name, value] : members) {
        out.key(name);
        out.string(value);
    }
    out.end_object();
}

// Ansible takes a text with braces for a template and runs it, unless it is marked.
void write_text(JsonWriter& out, std::string_view text) {
    if (!text.contains('{')) return out.string(text);
    out.begin_object();
    out.field_name("__ansible_unsafe");
    out.string(text);
    out.end_object();
}

void write_host(JsonWriter& out, Server const& server) {
    auto const member = [&](std::string_view name, std::string_view value) {
        out.field_name(name);
        write_text(out, value);
    };
    out.begin_object();
    if (!server.hostname.empty()) {
        member("ansible_host", server.hostname);
    } else if (server.ip) {
        member("ansible_host", server.ip->to_string());
    }
    member("securestack_id", server.id.to_string());
    member("securestack_name", server.name);
    member("securestack_environment", choice_name(server.environment));
    member("securestack_status", choice_name(server.status));
    member("securestack_os", server.os);
    out.field_name("securestack_labels");
    out.begin_object();
    for (auto const& [label, value] : server.labels) {
        out.key(label);
        write_text(out, value);
    }
    out.end_object();
    out.end_object();
}

std::map<std::string, std::vector<std::string>> groups_of(std::vector<Server> const& servers,
                                                          std::map<Id, std::string> const& names) {
    std::map<std::string, std::vector<std::string>> groups;
    for (auto const& server : servers) {
        std::set<std::string> own{"environment_" + std::string{choice_name(server.environment)},
                                  "status_" + std::string{choice_name(server.status)}};
        for (auto const& [label, value] : server.labels)
            own.insert("label_" + plain_name(label) + (value.empty() ? "" : "_" + plain_name(value)));
        for (auto const& group : own) groups[group].push_back(names.at(server.id));
    }
    return groups;
}

std::string ansible_inventory(std::vector<Server> const& servers) {
    auto const names = host_names(servers);
    auto const groups = groups_of(servers, names);
    std::string body;
    JsonWriter out{body};
    out.begin_object();
    out.field_name("_meta");
    out.begin_object();
    out.field_name("hostvars");
    out.begin_object();
    for (auto const& server : servers) {
        out.key(names.at(server.id));
        write_host(out, server);
    }
    out.end_object();
    out.end_object();
    out.field_name("all");
    out.begin_object();
    out.field_name("children");
    out.begin_array();
    for (auto const& [group, hosts] : groups) out.string(group);
    out.string("ungrouped");
    out.end_array();
    out.end_object();
    for (auto const& [group, hosts] : groups) {
        out.key(group);
        out.begin_object();
        out.field_name("hosts");
        out.begin_array();
        for (auto const& host : hosts) out.string(host);
        out.end_array();
        out.end_object();
    }
    out.end_object();
    return body;
}

// Prometheus.

std::string target_of(Endpoint const& endpoint) {
    bool const is_v6 = endpoint.host.contains(':');
    return (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::map<std::string, std::string> labels_of(Server const& server, Endpoint const& endpoint) {
    std::string const prefix = "__meta_securestack_";
    std::map<std::string, std::string> labels;
    for (auto const& [label, value] : server.labels) labels[prefix + "label_" + plain_name(label)] = value;
    labels[prefix + "id"] = server.id.to_string();
    labels[prefix + "name"] = server.name;
    labels[prefix + "hostname"] = server.hostname;
    labels[prefix + "ip"] = server.ip ? server.ip->to_string() : "";
    labels[prefix + "os"] = server.os;
    labels[prefix + "environment"] = choice_name(server.environment);
    labels[prefix + "status"] = choice_name(server.status);
    labels[prefix + "owner"] = server.owner.to_string();
    labels[prefix + "team"] = server.team ? server.team->to_string() : "";
    labels[prefix + "tls"] = endpoint.tls ? "true" : "false";
    return labels;
}

std::string prometheus_targets(std::vector<Server> const& servers) {
    std::string body;
    JsonWriter out{body};
    out.begin_array();
    for (auto const& server : servers) {
        for (auto const& endpoint : server.endpoints) {
            out.begin_object();
            out.field_name("targets");
            out.begin_array();
            out.string(target_of(endpoint));
            out.end_array();
            out.field_name("labels");
            write_strings(out, labels_of(server, endpoint));
            out.end_object();
        }
    }
    out.end_array();
    return body;
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
