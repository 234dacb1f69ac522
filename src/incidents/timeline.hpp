// What happened to an incident, who did it and what the program did: entries that are only added to. A
// comment is an entry whose words can be changed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "audit/audit_record.hpp"
#include "audit/change_set.hpp"
#include "incidents/incident.hpp"

namespace securestack {

enum class EntryKind : std::uint8_t {
    opened,
    severity_changed,
    assigned,
    acknowledged,
    commented,
    occurrence,
    resolved,
    reopened,
    edited
};
template <>
inline constexpr std::array<std::string_view, 9> choices<EntryKind>{
    "opened",     "severity_changed", "assigned", "acknowledged", "commented",
    "occurrence", "resolved",         "reopened", "edited"};

struct TimelineActor {
    ActorType type = ActorType::system;
    std::optional<Id> id;
    std::optional<std::string> name;
};
template <>
Schema const& schema_of<TimelineActor>();

struct TimelineEntry {
    Id id{};
    Id incident{};
    Time at{};
    EntryKind kind = EntryKind::commented;
    TimelineActor actor;
    std::optional<ChangeSet> changes;
    std::optional<std::string> body;  // of a comment
    std::optional<Time> edited_at;    // occurrences: the latest of those that the entry counts
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<TimelineEntry>();

// A new entry for `incident`, by the actor, at its time.
TimelineEntry new_entry(Actor const& actor, Id incident, EntryKind kind);
void add_entry(Tx& tx, Actor const& actor, Id incident, EntryKind kind, boost::json::object const& changes);

// An entry for each kind of thing that `changes` (from changes_between) holds; occurrences that follow each
// other share one.
void add_entries(Tx& tx, Actor const& actor, Incident const& after, boost::json::object const& changes);

}  // namespace securestack
