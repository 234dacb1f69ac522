#include "incidents/timeline.hpp"

#include <algorithm>
#include <span>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "resource/table.hpp"

namespace securestack {

namespace json = boost::json;

template <>
Schema const& schema_of<TimelineActor>() {
    static constexpr auto fields =
        fields_of<TimelineActor>(field<&TimelineActor::type>("type").read_only(),
                                 field<&TimelineActor::id>("id").read_only().doc("Null for the program."),
                                 field<&TimelineActor::name>("name").read_only().doc("At that moment."));
    static constexpr Schema schema{.name = "TimelineActor", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<TimelineEntry>() {
    static constexpr auto fields = fields_of<TimelineEntry>(
        field<&TimelineEntry::id>("id").read_only(), field<&TimelineEntry::incident>("incident").internal(),
        field<&TimelineEntry::at>("at").read_only().sortable().filterable(),
        field<&TimelineEntry::kind>("kind").read_only().filterable(),
        field<&TimelineEntry::actor>("actor").read_only(),
        field<&TimelineEntry::changes>("changes").read_only().doc(
            "What changed: each member with its value before (from) and after (to). Of a description, only "
            "that it did."),
        field<&TimelineEntry::body>("body").read_only().doc("A comment's words: Markdown, as written."),
        field<&TimelineEntry::edited_at>("edited_at")
            .read_only()
            .doc("When a comment was last changed; of an entry that counts occurrences, the latest of them."),
        field<&TimelineEntry::version>("version").internal());
    static constexpr Schema schema{.name = "TimelineEntry",
                                   .table = "incident_events",
                                   .fields = fields,
                                   .default_sort = "at",
                                   .documentation = "One thing that happened to an incident."};
    return schema;
}

namespace {

using Members = std::span<std::string_view const>;

constexpr std::array<std::string_view, 2> of_status{"status", "resolution"};
constexpr std::array<std::string_view, 1> of_severity{"severity"};
constexpr std::array<std::string_view, 1> of_assignee{"assignee"};
constexpr std::array<std::string_view, 1> of_occurrences{"occurrences"};
constexpr std::array<std::string_view, 5> of_edit{"title", "description", "servers", "team", "resolution"};

json::object taken(json::object const& changes, Members members) {
    json::object part;
    for (auto const name : members) {
        if (auto const* change = changes.if_contains(name)) part[name] = *change;
    }
    // Twenty thousand characters before and after are for the audit log.
    if (part.contains("description")) part["description"] = json::object{};
    return part;
}

EntryKind kind_of(IncidentStatus status) {
    switch (status) {
        case IncidentStatus::open:
            return EntryKind::reopened;
        case IncidentStatus::acknowledged:
            return EntryKind::acknowledged;
        case IncidentStatus::resolved:
            return EntryKind::resolved;
    }
    return EntryKind::edited;
}

std::optional<TimelineEntry> latest_entry(Tx& tx, Id incident) {
    return Table<TimelineEntry>(tx).find_where(
        Sql{}.add("incident = ").bind(incident).add(" ORDER BY at DESC, id DESC"));
}

void count_occurrence(Tx& tx, Actor const& actor, Id incident, json::object const& change) {
    auto last = latest_entry(tx, incident);
    if (!last || last->kind != EntryKind::occurrence || !last->changes)
        return add_entry(tx, actor, incident, EntryKind::occurrence, change);
    auto counted = json::parse(last->changes->json);
    counted.as_object()["occurrences"].as_object()["to"] = change.at("occurrences").at("to");
    last->changes = ChangeSet{json::serialize(counted)};
    last->edited_at = actor.now;
    Table<TimelineEntry>(tx).update(*last).value();
}

}  // namespace

TimelineEntry new_entry(Actor const& actor, Id incident, EntryKind kind) {
    TimelineEntry entry;
    entry.id = actor.ids.make(actor.now);
    entry.incident = incident;
    entry.at = actor.now;
    entry.kind = kind;
    auto const& principal = actor.principal;
    if (!principal.user.is_nil()) entry.actor = {ActorType::user, principal.user, std::nullopt};
    if (!principal.name.empty()) entry.actor.name = principal.name;
    return entry;
}

void add_entry(Tx& tx, Actor const& actor, Id incident, EntryKind kind, json::object const& changes) {
    auto entry = new_entry(actor, incident, kind);
    if (!changes.empty()) entry.changes = ChangeSet{json::serialize(changes)};
    Table<TimelineEntry>(tx).insert(entry).value();
}

void add_entries(Tx& tx, Actor const& actor, Incident const& after, json::object const& changes) {
    auto const occurrences = taken(changes, of_occurrences);
    auto const severity = taken(changes, of_severity);
    auto const assignee = taken(changes, of_assignee);
    auto edit = taken(changes, of_edit);
    if (!occurrences.empty()) count_occurrence(tx, actor, after.id, occurrences);
    if (!severity.empty()) add_entry(tx, actor, after.id, EntryKind::severity_changed, severity);
    if (changes.contains("status")) {
        add_entry(tx, actor, after.id, kind_of(after.status), taken(changes, of_status));
        edit.erase("resolution");
    }
    if (!assignee.empty()) add_entry(tx, actor, after.id, EntryKind::assigned, assignee);
    if (!edit.empty()) add_entry(tx, actor, after.id, EntryKind::edited, edit);
}

}  // namespace securestack
