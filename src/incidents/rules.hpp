// What an incident may become, beyond what each of its fields says for itself.
#pragma once

#include <functional>

#include "incidents/incident.hpp"
#include "incidents/store.hpp"

namespace securestack {

// A rule that incidents and maintenance windows share. Servers that `before` does not name must be among
// those that the caller reaches so far; to the caller, another one does not exist. Adds to `errors` what is
// wrong, unless the member is in there already.
std::vector<NamedServer> check_servers(Tx& tx, Principal const& principal, Reach reach,
                                       std::vector<Id> const& servers, std::vector<Id> const& before,
                                       std::vector<FieldError>& errors);

// Runs `insert`. Problem `invalid_token` when it fails because the caller's account has gone since its token
// was looked at, on this replica or another.
Result<void> insert_for(Tx& tx, Principal const& principal, std::function<Result<void>()> const& insert);

// Makes a draft whole. Problem `invalid` with every rule that it breaks, beside its own faults.
Result<Incident> completed(Tx& tx, Context const& context, Draft<Incident> draft);

// The same for a change of `before` into what is wanted; a new status is entered by the rules of the life
// cycle (`conflict`). `forbidden` when it names another team and the caller does not manage the incident.
Result<Incident> completed_change(Tx& tx, Context const& context, Incident const& before,
                                  Draft<Incident> wanted);

}  // namespace securestack
