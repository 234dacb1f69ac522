// A maintenance window: when which servers are worked on, once or again and again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "core/principal.hpp"
#include "incidents/store.hpp"
#include "resource/field.hpp"
#include "resource/id_list_codec.hpp"

namespace securestack {

struct MaintenanceWindow {
    Id id{};
    std::string title;
    std::string description;
    std::vector<Id> servers;
    std::map<std::string, std::string> labels;  // a server has all of them
    // Without a schedule, the window itself; with one, when its occurrences begin and end to be.
    std::optional<Time> starts_at;
    std::optional<Time> ends_at;
    std::optional<std::string> schedule;
    std::optional<std::int64_t> duration_seconds;
    std::string timezone = "UTC";
    Time occurs_from{};
    Time occurs_until{};
    Id owner{};
    std::optional<Id> team;
    Time created_at{};
    Time updated_at{};
    Time over_at{};           // nothing of it comes after this
    bool everywhere = false;  // its labels mean everybody's servers: an administrator wrote it
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<MaintenanceWindow>();

inline constexpr ServerLinks window_links{"maintenance_servers", "\"window\"", "maintenance_windows"};

inline Holder holder_of(MaintenanceWindow const& window) {
    return {.owner = window.owner, .team = window.team};
}
AuditObject audit_object(MaintenanceWindow const& window);

}  // namespace securestack
