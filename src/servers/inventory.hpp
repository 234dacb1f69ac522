// What an inventory makes of servers. Private to this folder.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "servers/server.hpp"

namespace securestack {

// Letters, digits and underscores are what both programs take in a name.
std::string plain_name(std::string_view text);

// What Ansible's inventory scripts print for --list. Of each server these members are looked at.
inline constexpr std::array<std::string_view, 8> ansible_members{"id", "name",        "hostname", "ip",
                                                                 "os", "environment", "status",   "labels"};
std::string ansible_inventory(std::vector<Server> const& servers);

// What Prometheus reads for http_sd_configs, and the members that it is made of.
inline constexpr std::array<std::string_view, 11> prometheus_members{
    "id", "name", "hostname", "ip", "os", "environment", "status", "labels", "endpoints", "owner", "team"};
std::string prometheus_targets(std::vector<Server> const& servers);

}  // namespace securestack
