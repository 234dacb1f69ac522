// Acknowledging, resolving and reopening: one incident, or many at once.
#include <functional>

#include "incidents/access.hpp"
#include "incidents/bulk.hpp"
#include "incidents/lifecycle.hpp"
#include "incidents/more_routes.hpp"
#include "incidents/store.hpp"

namespace securestack {
namespace {

struct Action {
    IncidentStatus status;
    std::string_view record;
    std::string resolution = {};
};

Action acknowledging() {
    return {IncidentStatus::acknowledged, "incident.acknowledge"};
}
Action resolving(std::string resolution) {
    return {IncidentStatus::resolved, "incident.resolve", std::move(resolution)};
}
Action reopening() {
    return {IncidentStatus::open, "incident.reopen"};
}

Result<Incident> act(Tx& tx, Context const& context, Incident const& before, Action const& action) {
    auto after = before;
    if (auto const entered = enter(after, action.status, context.principal.user, context.now); !entered)
        return entered.error();
    if (!action.resolution.empty()) after.resolution = action.resolution;
    if (auto const saved = save_incident(tx, context, before, after, action.record); !saved)
        return saved.error();
    return after;
}

Result<Entity<Incident>> act_on_one(Tx& tx, Context const& context, Id id, Action const& action) {
    auto const before = find_incident(tx, context.principal, id, Reach::operate);
    if (!before) return before.error();
    if (auto const current = context.check_preconditions(before->version); !current) return current.error();
    auto after = act(tx, context, *before, action);
    if (!after) return after.error();
    return Entity<Incident>{*std::move(after)};
}

Result<Entity<Incident>> acknowledge_incident(Tx& tx, Context const& context, Id id) {
    return act_on_one(tx, context, id, acknowledging());
}

Result<Entity<Incident>> resolve_incident(Tx& tx, Context const& context, Id id,
                                          std::optional<Resolution> const& words) {
    return act_on_one(tx, context, id, resolving(words ? words->resolution : std::string{}));
}

Result<Entity<Incident>> reopen_incident(Tx& tx, Context const& context, Id id) {
    return act_on_one(tx, context, id, reopening());
}

Action action_of(BulkRequest const& request) {
    switch (request.action) {
        case BulkAction::acknowledge:
            return acknowledging();
        case BulkAction::resolve:
            return resolving(request.resolution);
        case BulkAction::reopen:
            break;
    }
    return reopening();
}

// A refusal of one is recorded as it would be if that one had been asked for alone.
void note_refusal(Tx& tx, Context const& context, Id id, Action const& action, Problem const& problem) {
    bool const hidden = problem.code == ErrorCode::not_found && !sees_everything(context.principal);
    if (!hidden && problem.code != ErrorCode::forbidden) return;
    record(tx, context, action.record, {"incident", id.to_string(), {}}, Outcome::denied);
}

BulkResult bulk_result(Tx& tx, Context const& context, Id id, Action const& action) {
    BulkResult result;
    result.id = id;
    auto const before = find_incident(tx, context.principal, id, Reach::operate);
    auto const after = before ? act(tx, context, *before, action) : Result<Incident>{before.error()};
    if (after) {
        result.incident = *after;
    } else {
        note_refusal(tx, context, id, action, after.error());
        result.status = after.error().status();
        result.detail = after.error().detail;
    }
    return result;
}

Result<Entity<BulkAnswer>> act_on_many(Tx& tx, Context const& context, BulkRequest const& request) {
    nothing_to_record(tx);  // each that is done has its own record
    auto const action = action_of(request);
    BulkAnswer answer;
    for (auto const& id : request.ids) answer.results.push_back(bulk_result(tx, context, id, action));
    return Entity<BulkAnswer>{std::move(answer)};
}

}  // namespace

void add_incident_action_routes(Router& router, Collection& incidents) {
    incidents.act("acknowledge", acknowledge_incident)
        .summary("Say that somebody looks after it")
        .description("It becomes yours when it is nobody's. 409 unless it is open.");
    incidents.act("resolve", resolve_incident)
        .summary("Say that it is over, and what solved it")
        .description("409 when it is resolved already.");
    incidents.act("reopen", reopen_incident)
        .summary("Say that it is not over")
        .description("409 unless it is resolved, and when another incident has its dedup_key meanwhile.");
    router.post("/api/incidents/bulk", allow(Permission::incidents_write), act_on_many)
        .operation("actOnIncidents")
        .summary("Acknowledge, resolve or reopen many")
        .description(
            "Each by itself: the answer is 200 with a result for each id, in their order; its status is "
            "what the call for that one would have answered.")
        .tag("Incidents");
}

}  // namespace securestack
