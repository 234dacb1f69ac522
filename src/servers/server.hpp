// A server of the inventory: what it is, where it is reached, who answers for it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "resource/field.hpp"
#include "servers/address_codec.hpp"

namespace securestack {

enum class Environment : std::uint8_t { production, staging, development, test };
template <>
inline constexpr std::array<std::string_view, 4> choices<Environment>{"production", "staging", "development",
                                                                      "test"};

enum class ServerStatus : std::uint8_t { active, maintenance, offline };
template <>
inline constexpr std::array<std::string_view, 3> choices<ServerStatus>{"active", "maintenance", "offline"};

// Where a service of the server answers; the TLS control probes it.
struct Endpoint {
    std::string host;
    std::int64_t port = 0;
    bool tls = true;
};
template <>
Schema const& schema_of<Endpoint>();

struct Server {
    Id id{};
    std::string name;
    std::string hostname;  // empty when it has none, so that it can be sorted by
    std::optional<Address> ip;
    std::string os;
    Environment environment = Environment::production;
    ServerStatus status = ServerStatus::active;
    std::string status_reason;
    std::optional<Time> maintenance_until;  // only while status is maintenance
    std::string description;
    std::map<std::string, std::string> labels;
    std::vector<Endpoint> endpoints;
    Id owner{};  // nil in a draft that does not name one
    std::optional<Id> team;
    Time created_at{};
    Time updated_at{};
    std::optional<Time> deleted_at;  // hidden since then, purged `kept_after_deletion` later
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<Server>();

inline Holder holder_of(Server const& server) {
    return {.owner = server.owner, .team = server.team};
}

}  // namespace securestack
