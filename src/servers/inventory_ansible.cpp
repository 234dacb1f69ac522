// The servers as Ansible's dynamic inventory.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "core/ascii.hpp"
#include "resource/json.hpp"
#include "servers/inventory.hpp"

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

// Of each server, in their order. Names are unique among one owner's servers only: where two have the same,
// the id tells them apart. A name that somebody chose to be like a name with an id, or like one that has a
// meaning, gets its own id, too.
std::vector<std::string> host_names(std::vector<Server> const& servers) {
    std::vector<std::string> names;
    names.reserve(servers.size());
    std::unordered_map<std::string, std::size_t> uses;
    for (auto const& server : servers) ++uses[names.emplace_back(host_name(server))];
    std::vector<std::size_t> lacking;
    std::unordered_map<std::string, std::size_t> plain;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (uses.at(names[i]) > 1 || has_a_meaning(names[i])) {
            lacking.push_back(i);
        } else {
            plain.emplace(names[i], i);
        }
    }
    while (!lacking.empty()) {
        auto const at = lacking.back();
        lacking.pop_back();
        names[at] += "-" + servers[at].id.to_string();
        auto const imitation = plain.find(names[at]);
        if (imitation == plain.end()) continue;
        lacking.push_back(imitation->second);
        plain.erase(imitation);
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

// The groups, and the hosts in each by their place in `servers`.
std::map<std::string, std::vector<std::size_t>> groups_of(std::vector<Server> const& servers) {
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        auto const& server = servers[i];
        std::set<std::string> own{"environment_" + std::string{choice_name(server.environment)},
                                  "status_" + std::string{choice_name(server.status)}};
        for (auto const& [label, value] : server.labels)
            own.insert("label_" + plain_name(label) + (value.empty() ? "" : "_" + plain_name(value)));
        for (auto const& group : own) groups[group].push_back(i);
    }
    return groups;
}

}  // namespace

std::string ansible_inventory(std::vector<Server> const& servers) {
    auto const names = host_names(servers);
    auto const groups = groups_of(servers);
    std::string body;
    JsonWriter out{body};
    out.begin_object();
    out.field_name("_meta");
    out.begin_object();
    out.field_name("hostvars");
    out.begin_object();
    for (std::size_t i = 0; i < servers.size(); ++i) {
        out.key(names[i]);
        write_host(out, servers[i]);
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
        for (auto const host : hosts) out.string(names[host]);
        out.end_array();
        out.end_object();
    }
    out.end_object();
    return body;
}

}  // namespace securestack
