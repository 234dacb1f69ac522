#include "incidents/access.hpp"
#include "incidents/incidents.hpp"
#include "incidents/more_routes.hpp"
#include "incidents/rules.hpp"
#include "incidents/server_filter.hpp"
#include "incidents/store.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Result<Scope> readable(Tx&, Context const& context) {
    return with_server_filter(context, incident_links, visible_incidents(context.principal));
}

// Of a server that the caller does not see there are none, not even those that it is assigned to.
Result<Scope> readable_of_server(Tx& tx, Context const& context, Id id) {
    auto const server = named_servers(tx, {id});
    if (server.empty() || !reaches(context.principal, Reach::read, server.front().holder))
        return Problem{ErrorCode::not_found, "There is no server with this id."};
    auto scope = visible_incidents(context.principal);
    return scope.require(naming_any(incident_links, {id}));
}

Result<Entity<Incident>> get_incident(Tx& tx, Context const& context, Id id) {
    auto found = find_visible_incident(tx, context, id);
    if (!found) return found.error();
    return Entity<Incident>{*std::move(found)};
}

Result<Created<Incident>> create_incident(Tx& tx, Context const& context, Draft<Incident> const& draft) {
    auto incident = completed(tx, context, draft);
    if (!incident) return incident.error();
    auto const saved =
        insert_for(tx, context.principal, [&] { return insert_incident(tx, context, *incident); });
    if (!saved) return saved.error();
    return Created<Incident>{*incident, "/api/incidents/" + incident->id.to_string()};
}

Result<Incident> find_for_change(Tx& tx, Context const& context, Id id, Reach reach) {
    auto found = find_incident(tx, context.principal, id, reach);
    if (!found) return found.error();
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return found;
}

Result<Entity<Incident>> save(Tx& tx, Context const& context, Incident const& before,
                              Draft<Incident> wanted) {
    auto after = completed_change(tx, context, before, std::move(wanted));
    if (!after) return after.error();
    if (auto const saved = save_incident(tx, context, before, *after, "incident.update"); !saved)
        return saved.error();
    return Entity<Incident>{*std::move(after)};
}

// A status that is left out stays: that an incident begins open is no reason to open it again.
Result<Entity<Incident>> replace_incident(Tx& tx, Context const& context, Id id,
                                          Replacement<Incident> const& replacement) {
    auto const before = find_for_change(tx, context, id, Reach::operate);
    if (!before) return before.error();
    auto wanted = replacement.draft(*before);
    auto const* members = replacement.document().if_object();
    if (members != nullptr && !members->contains("status")) wanted.value.status = before->status;
    return save(tx, context, *before, std::move(wanted));
}

Result<Entity<Incident>> update_incident(Tx& tx, Context const& context, Id id,
                                         Patch<Incident> const& patch) {
    auto const before = find_for_change(tx, context, id, Reach::operate);
    if (!before) return before.error();
    return save(tx, context, *before, patch.draft(*before));
}

Result<NoContent> delete_incident(Tx& tx, Context const& context, Id id) {
    auto const before = find_for_change(tx, context, id, Reach::manage);
    if (!before) return before.error();
    Table<Incident>(tx).remove(id);
    record_deleted(tx, context, "incident.delete", *before, holder_of(*before));
    return NoContent{};
}

}  // namespace

void add_incident_routes(Router& router) {
    Collection incidents{router,
                         {.address = "/api/incidents",
                          .tag = "Incidents",
                          .operation = {"Incident", "Incidents"},
                          .words = {"incident", "incidents"},
                          .reading = Permission::incidents_read,
                          .writing = Permission::incidents_write}};
    incidents.list<Incident>(readable)
        .query("server", "Only incidents of this server; repeated: of one of these.")
        .description(
            "The newest first. You see those that you reported and no team holds, that a team of yours "
            "holds, that are assigned to you, and those of your servers that their team holds, or that the "
            "program or an administrator reported.");
    router
        .list<Incident>("/api/servers/{id}/incidents", allow(Permission::incidents_read), readable_of_server)
        .reach(Reach::read)
        .operation("listServerIncidents")
        .summary("The incidents of a server")
        .tag("Incidents");
    incidents.create(create_incident).summary("Declare an incident").description("A title is enough.");
    incidents.get(get_incident);
    incidents.replace(replace_incident)
        .summary("Replace an incident: what is left out takes its default, but the status stays");
    incidents.update(update_incident)
        .description("A new status follows the same rules as the calls of that name (409).");
    incidents.remove(delete_incident)
        .summary("Delete an incident with its timeline; the audit log keeps what was recorded");
    add_incident_action_routes(router, incidents);
    add_timeline_routes(router);
    add_incident_statistics_routes(router);
}

}  // namespace securestack
