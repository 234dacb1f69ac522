// Who sees an incident, and who may do what to it: its owner if it has one (`Incident::owner`), its team by
// their roles, and its assignee, who may act on it as an operator does.
#pragma once

#include "core/error.hpp"
#include "http/context.hpp"
#include "incidents/incident.hpp"
#include "resource/scope.hpp"

namespace securestack {

bool reaches_incident(Principal const& principal, Reach reach, Incident const& incident);

// The same as a list asks it.
Scope visible_incidents(Principal const& principal);

// The one answer for what is not there and for what is not the caller's.
Problem no_such_incident();

// Problem `not_found` for one that the caller does not see.
Result<Incident> find_visible_incident(Tx& tx, Context const& context, Id id);

// The incident that a write is about. Problem `not_found` as above; `forbidden` when the caller sees it
// and reaches it no further.
Result<Incident> find_incident(Tx& tx, Principal const& principal, Id id, Reach reach);

}  // namespace securestack
