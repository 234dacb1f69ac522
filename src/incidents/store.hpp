// An incident in the database: its row, the servers that it concerns, its timeline and its audit record, all
// written together.
#pragma once

#include <string_view>
#include <vector>

#include "core/principal.hpp"
#include "incidents/incident.hpp"
#include "resource/sql.hpp"

namespace securestack {

// Gives the incident its number and writes it, with the entry "opened" and the record "incident.create".
Result<void> insert_incident(Tx& tx, Actor const& actor, Incident& incident);

// Writes what `after` has other than `before`, with its entries and the record `action`
// ("incident.update"); when that is nothing, says `nothing_to_record`. `after` gets its new version.
Result<void> save_incident(Tx& tx, Actor const& actor, Incident const& before, Incident& after,
                           std::string_view action);

// A server that an incident or a maintenance window may name.
struct NamedServer {
    Id id{};
    Holder holder;
};
// Those of `ids` that exist and are not deleted, in the order of `ids`. One statement.
std::vector<NamedServer> named_servers(Tx& tx, std::vector<Id> const& ids);

// A table of pairs that says which servers an object names.
struct ServerLinks {
    std::string_view table;    // "incident_servers"
    std::string_view column;   // "incident"; the other one is "server"
    std::string_view objects;  // "incidents"
};
// Makes the object's pairs those of `servers`; servers that do not exist are left out. Two statements.
void link_servers(Tx& tx, ServerLinks const& links, Id object, std::vector<Id> const& servers);

// "id IN (SELECT …)": the objects that name any of `servers`.
Sql naming_any(ServerLinks const& links, std::vector<Id> const& servers);

inline constexpr ServerLinks incident_links{"incident_servers", "incident", "incidents"};

}  // namespace securestack
