#include "incidents/lifecycle.hpp"

#include <chrono>

namespace securestack {
namespace {

using enum IncidentStatus;

std::int64_t seconds_since_opening(Incident const& incident, Time now) {
    return std::chrono::floor<std::chrono::seconds>(now - incident.opened_at).count();
}

bool is_step(IncidentStatus from, IncidentStatus to) {
    switch (from) {
        case open:
            return to == acknowledged || to == resolved;
        case acknowledged:
            return to == resolved;
        case resolved:
            return to == open;
    }
    return false;
}

std::string_view what_is_possible(IncidentStatus from) {
    switch (from) {
        case open:
            return "This incident is open: it can be acknowledged or resolved.";
        case acknowledged:
            return "This incident is acknowledged: it can be resolved.";
        case resolved:
            return "This incident is resolved: it can be reopened.";
    }
    return {};
}

void acknowledge(Incident& incident, Id user, Time now) {
    incident.acknowledged_at = now;
    if (!incident.acknowledged_after_seconds)
        incident.acknowledged_after_seconds = seconds_since_opening(incident, now);
    if (!incident.assignee && !user.is_nil()) incident.assignee = user;
}

void resolve(Incident& incident, Time now) {
    incident.resolved_at = now;
    incident.resolved_after_seconds = seconds_since_opening(incident, now);
}

void reopen(Incident& incident) {
    incident.acknowledged_at.reset();
    incident.resolved_at.reset();
    incident.resolved_after_seconds.reset();
    incident.resolution.clear();
}

}  // namespace

Result<void> enter(Incident& incident, IncidentStatus status, Id user, Time now) {
    if (!is_step(incident.status, status))
        return Problem{ErrorCode::conflict, std::string{what_is_possible(incident.status)}};
    incident.status = status;
    switch (status) {
        case open:
            reopen(incident);
            break;
        case acknowledged:
            acknowledge(incident, user, now);
            break;
        case resolved:
            resolve(incident, now);
            break;
    }
    return {};
}

}  // namespace securestack
