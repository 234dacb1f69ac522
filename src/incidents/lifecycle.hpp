// The life of an incident: open, acknowledged, resolved, and perhaps open again.
#pragma once

#include "core/error.hpp"
#include "incidents/incident.hpp"

namespace securestack {

// Takes the incident into `status`, with the times that go with it. Acknowledged by `user` (nil: by the
// program), it is that user's if it was nobody's. Opened again, it is neither acknowledged nor resolved any
// more. Problem `conflict`, saying what can be done instead, for a step that there is not.
Result<void> enter(Incident& incident, IncidentStatus status, Id user, Time now);

}  // namespace securestack
