// The servers' endpoints as Prometheus' HTTP service discovery.
#include <map>

#include "resource/json.hpp"
#include "servers/inventory.hpp"

namespace securestack {
namespace {

void write_strings(JsonWriter& out, std::map<std::string, std::string> const& members) {
    out.begin_object();
    for (auto const& [name, value] : members) {
        out.key(name);
        out.string(value);
    }
    out.end_object();
}

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

}  // namespace

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

}  // namespace securestack
