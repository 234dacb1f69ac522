#include "incidents/access.hpp"
#include "incidents/comment.hpp"
#include "incidents/more_routes.hpp"
#include "incidents/timeline.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Result<Sql> entries_of(Tx& tx, Context const& context, Id id) {
    if (auto const incident = find_visible_incident(tx, context, id); !incident) return incident.error();
    return std::move(Sql{}.add("incident = ").bind(id));
}

Result<Sql> comments_of(Tx& tx, Context const& context, Id id) {
    auto entries = entries_of(tx, context, id);
    if (!entries) return entries.error();
    return std::move(entries->add(" AND kind = ").bind(choice_name(EntryKind::commented)));
}

AuditObject audited(Incident const& incident, TimelineEntry const& comment) {
    return {"incident_comment", comment.id.to_string(), audit_object(incident).name};
}

boost::json::value words(std::optional<std::string> const& from, std::optional<std::string> const& to) {
    auto const value = [](std::optional<std::string> const& text) {
        return text ? boost::json::value(*text) : boost::json::value(nullptr);
    };
    return {{"body", {{"from", value(from)}, {"to", value(to)}}}};
}

Result<Created<TimelineEntry>> add_comment(Tx& tx, Context const& context, Id id, Comment const& comment) {
    auto const incident = find_incident(tx, context.principal, id, Reach::operate);
    if (!incident) return incident.error();
    auto entry = new_entry(context, id, EntryKind::commented);
    entry.body = comment.body;
    Table<TimelineEntry>(tx).insert(entry).value();
    record(tx, context, "incident.comment", audited(*incident, entry), Outcome::success,
           words(std::nullopt, entry.body));
    return Created<TimelineEntry>{entry,
                                  "/api/incidents/" + id.to_string() + "/comments/" + entry.id.to_string()};
}

struct Found {
    Incident incident;
    TimelineEntry comment;
};

// One's own comment; an administrator's are all of them.
Result<Found> find_own_comment(Tx& tx, Context const& context, Id id, Id comment) {
    auto incident = find_incident(tx, context.principal, id, Reach::read);
    if (!incident) return incident.error();
    auto entry = Table<TimelineEntry>(tx).find(comment);
    if (!entry || entry->incident != id || entry->kind != EntryKind::commented)
        return Problem{ErrorCode::not_found, "This incident has no comment with this id."};
    bool const is_admin = context.principal.role == Role::admin;
    if (!is_admin && entry->actor.id != context.principal.user)
        return Problem{ErrorCode::forbidden, "This comment is somebody else's."};
    if (auto const current = context.check_preconditions(entry->version); !current) return current.error();
    return Found{*std::move(incident), *std::move(entry)};
}

Result<Entity<TimelineEntry>> edit_comment(Tx& tx, Context const& context, Id id, Id comment,
                                           Patch<Comment> const& patch) {
    auto found = find_own_comment(tx, context, id, comment);
    if (!found) return found.error();
    auto& entry = found->comment;
    auto const wanted = patch.apply(Comment{entry.body.value_or("")});
    if (!wanted) return wanted.error();
    if (wanted->body == entry.body) {
        nothing_to_record(tx);
        return Entity<TimelineEntry>{std::move(entry)};
    }
    auto const before = std::exchange(entry.body, wanted->body);
    entry.edited_at = context.now;
    Table<TimelineEntry>(tx).update(entry).value();
    record(tx, context, "incident.edit_comment", audited(found->incident, entry), Outcome::success,
           words(before, entry.body));
    return Entity<TimelineEntry>{std::move(entry)};
}

Result<NoContent> delete_comment(Tx& tx, Context const& context, Id id, Id comment) {
    auto const found = find_own_comment(tx, context, id, comment);
    if (!found) return found.error();
    Table<TimelineEntry>(tx).remove(comment);
    record(tx, context, "incident.delete_comment", audited(found->incident, found->comment), Outcome::success,
           words(found->comment.body, std::nullopt));
    return NoContent{};
}

}  // namespace

template <>
Schema const& schema_of<Comment>() {
    static constexpr auto fields = fields_of<Comment>(field<&Comment::body>("body")
                                                          .required()
                                                          .length(1, longest_comment)
                                                          .doc("Markdown, kept as it is written.")
                                                          .sample(R"("The disk is full of **old logs**.")"));
    static constexpr Schema schema{.name = "IncidentComment", .fields = fields};
    return schema;
}

void add_timeline_routes(Router& router) {
    auto const reading = allow(Permission::incidents_read);
    auto const writing = allow(Permission::incidents_write);
    router.list<TimelineEntry>("/api/incidents/{id}/timeline", reading, entries_of)
        .reach(Reach::read)
        .operation("listIncidentTimeline")
        .summary("What happened to an incident")
        .description("Who did what, and what the program did, the oldest first.")
        .tag("Incidents");
    router.list<TimelineEntry>("/api/incidents/{id}/comments", reading, comments_of)
        .reach(Reach::read)
        .operation("listIncidentComments")
        .summary("The comments of an incident: a part of its timeline")
        .tag("Incidents");
    router.post("/api/incidents/{id}/comments", writing, add_comment)
        .reach(Reach::operate)
        .operation("commentIncident")
        .summary("Say something about an incident")
        .tag("Incidents");
    router.patch("/api/incidents/{id}/comments/{comment_id}", writing, edit_comment)
        .own()
        .reach(Reach::manage)
        .operation("editIncidentComment")
        .summary("Change your comment")
        .tag("Incidents");
    router.del("/api/incidents/{id}/comments/{comment_id}", writing, delete_comment)
        .own()
        .reach(Reach::manage)
        .operation("deleteIncidentComment")
        .summary("Delete your comment")
        .tag("Incidents");
}

}  // namespace securestack
