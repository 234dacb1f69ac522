// The servers as Ansible's dynamic inventory.
#include "servers/inventory.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/ascii.hpp"
#include "resource/json.hpp"

namespace securestack {
namespace {

// Whoever runs Ansible reads what others wrote: none of it may name another machine, or run there.

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

}  // namespace

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

}  // namespace securestack
