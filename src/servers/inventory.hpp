// What an inventory makes of servers. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "servers/server.hpp"

namespace securestack {

// Letters, digits and underscores are what both programs take in a name.
std::string plain_name(std::string_view text);

// What Ansible's inventory scripts print for --list.
std::string ansible_inventory(std::vector<Server> const& servers);

// What Prometheus reads for http_sd_configs.
std::string prometheus_targets(std::vector<Server> const& servers);

}  // namespace securestack
