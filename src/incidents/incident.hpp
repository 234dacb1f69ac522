// An incident: what went wrong, how bad it is, who looks after it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "core/id.hpp"
#include "core/time.hpp"
#include "incidents/severity.hpp"
#include "resource/field.hpp"
#include "resource/id_list_codec.hpp"

namespace securestack {

inline constexpr std::int64_t longest_incident_title = 200;
inline constexpr std::int64_t longest_incident_description = 20'000;
inline constexpr std::int64_t longest_resolution = 5'000;
inline constexpr std::int64_t longest_dedup_key = 255;
inline constexpr std::int64_t most_servers_of_an_incident = 200;

struct Incident {
    Id id{};
    std::int64_t number = 0;
    std::string title;
    std::string description;
    Severity severity = Severity::medium;
    IncidentStatus status = IncidentStatus::open;
    std::vector<Id> servers;  // those that were purged since stay in it
    IncidentSource source = IncidentSource::manual;
    std::optional<std::string> dedup_key;
    std::int64_t occurrences = 1;
    std::optional<Id> reporter;  // none: the program
    std::optional<Id> assignee;
    std::optional<Id> team;
    Time opened_at{};
    std::optional<Time> acknowledged_at;  // since it was last opened
    std::optional<Time> resolved_at;
    std::string resolution;
    Time created_at{};
    Time updated_at{};
    // Whose it is beside the team's. Of what belongs to no team: the reporter's. Of what its servers' team
    // holds, and of what an administrator or the program reported: the owner's of its first server. None when
    // a team holds it alone, when that account is gone, or when there was no server.
    std::optional<Id> owner;
    // From `opened_at`, for the statistics: to the first acknowledgement, and to the resolution that holds.
    std::optional<std::int64_t> acknowledged_after_seconds;
    std::optional<std::int64_t> resolved_after_seconds;
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<Incident>();

inline Holder holder_of(Incident const& incident) {
    return {.owner = incident.owner.value_or(Id{}), .team = incident.team};
}

// "#12 db-1 does not answer"
AuditObject audit_object(Incident const& incident);

}  // namespace securestack
