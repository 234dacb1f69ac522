// What the rest of the program may ask of incidents: to open one by itself, to settle it, and whether a
// server is in maintenance, when what happens to it is recorded and nobody is woken.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.hpp"
#include "core/id.hpp"
#include "core/time.hpp"
#include "incidents/severity.hpp"
#include "servers/servers.hpp"
#include "storage/database.hpp"

namespace securestack {

class Router;

// An incident that was resolved less than this ago is reopened, and no second one is made.
inline constexpr std::chrono::seconds usual_reopen_window{24 * 3600};

// What the program noticed. One `dedup_key` is one trouble ("backup:<task>"), however often it is reported.
struct IncidentReport {
    std::string dedup_key;    // 1 to 255 characters
    std::string title;        // one line; longer than 200 characters is cut
    std::string description;  // Markdown; longer than 20,000 characters is cut
    Severity severity = Severity::high;
    IncidentSource source = IncidentSource::generic;
    std::vector<Id> servers;  // the first one's owner and team are the incident's
    std::chrono::seconds reopen_window = usual_reopen_window;
};

enum class ReportEffect : std::uint8_t {
    opened,
    counted,  // one more occurrence of an incident that is open or acknowledged
    reopened
};

struct Reported {
    Id incident{};
    std::int64_t number = 0;
    ReportEffect effect = ReportEffect::opened;
};

// Opens an incident, or counts an occurrence of the one with this key that is not resolved, or reopens the
// one that was resolved within the window. A worse severity than the incident's becomes the incident's; a
// milder one changes nothing. Servers that are unknown or deleted are left out. An incident of those whom the
// first server no longer belongs to is left to them, without its key, and another one is opened. Writes the
// timeline and the audit record; whether to report at all (`in_maintenance`) is the caller's decision.
Reported report_incident(Tx& tx, Actor const& actor, IncidentReport const& report);

// Resolves the incident with this key if it is open or acknowledged, and theirs whom the first of `servers`
// belongs to; the id of the one that it resolved. Otherwise nothing happens, and nothing is recorded: the
// caller says `nothing_to_record` if it did nothing else.
std::optional<Id> settle_incident(Tx& tx, Actor const& actor, std::string_view dedup_key,
                                  std::vector<Id> const& servers, std::string_view resolution);

// Incidents that the program reported, and that are not resolved, go with their first server to its new owner
// and team.
ServerFollower incident_follower();

// Whether the server's own status says so (until its `maintenance_until`, if it has one), or a maintenance
// window covers it at `now`. A window covers the servers that it names, and those with all of its labels that
// belong to its owner or its team, or to anybody when an administrator wrote it: of all these, only what its
// owner may operate at this moment. False for a server that does not exist.
bool in_maintenance(Tx& tx, Id server, Time now);

// Has at most `limit` windows that recur, and whose shown occurrence has passed, show the next one; how many.
// For a timer, until it returns less than `limit`. Nothing that anybody decided changes: there is no record.
std::int64_t advance_maintenance_windows(Tx& tx, Time now, std::int64_t limit);

void add_incident_routes(Router& router);     // /api/incidents, /api/servers/{id}/incidents
void add_maintenance_routes(Router& router);  // /api/maintenance

}  // namespace securestack
