// Incidents that the program opens and settles by itself.
#include <algorithm>

#include "core/encoding.hpp"
#include "incidents/incidents.hpp"
#include "incidents/lifecycle.hpp"
#include "incidents/store.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

// At most `most` characters, and no half ones.
std::string cut(std::string_view text, std::int64_t most) {
    std::int64_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const begins = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U;
        if (begins && characters++ == most) return std::string{text.substr(0, i)};
    }
    return std::string{text};
}

// A title is one visible line, whatever a name that went into it holds.
std::string one_line(std::string_view text) {
    std::string line{text};
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    auto const first = line.find_first_not_of(' ');
    if (first == std::string::npos) return "Incident";
    return cut(line.substr(first, line.find_last_not_of(' ') - first + 1), longest_incident_title);
}

// The first server's, as it is now; none when the report names no server that exists.
std::optional<Holder> holder_of_first(Tx& tx, std::vector<Id> const& servers) {
    auto const found = named_servers(tx, servers);
    if (found.empty()) return std::nullopt;
    return found.front().holder;
}

// A server that has changed hands takes its troubles along: what was told to the one before is not told on.
bool is_theirs(Incident const& incident, std::optional<Holder> const& holder) {
    return !holder || incident.owner == holder->owner || (incident.team && incident.team == holder->team);
}

std::optional<Incident> unresolved(Tx& tx, std::string_view key) {
    return Table<Incident>(tx).find_where(
        Sql{}.add("dedup_key = ").bind(key).add(" AND status <> 'resolved'"));
}

std::optional<Incident> lately_resolved(Tx& tx, std::string_view key, Time since) {
    auto newest = Table<Incident>(tx).find_where(
        Sql{}.add("dedup_key = ").bind(key).add(" AND dedup_key IS NOT NULL ORDER BY id DESC"));
    if (!newest || !newest->resolved_at || *newest->resolved_at <= since) return std::nullopt;
    return newest;
}

Incident opened(Actor const& actor, IncidentReport const& report, std::vector<NamedServer> const& servers) {
    Incident incident;
    incident.id = actor.ids.make(actor.now);
    incident.title = one_line(report.title);
    incident.description = cut(report.description, longest_incident_description);
    incident.severity = report.severity;
    incident.source = report.source;
    incident.dedup_key = report.dedup_key;
    incident.opened_at = incident.created_at = incident.updated_at = actor.now;
    for (auto const& server : servers) incident.servers.push_back(server.id);
    if (!servers.empty()) {
        incident.owner = servers.front().holder.owner;
        incident.team = servers.front().holder.team;
    }
    return incident;
}

// From here on the key is free for an incident of somebody else.
void release_key(Tx& tx, Actor const& actor, Incident const& before) {
    auto after = before;
    after.dedup_key.reset();
    save_incident(tx, actor, before, after, "incident.release").value();
}

void add_occurrence(Incident& incident, IncidentReport const& report) {
    ++incident.occurrences;
    incident.severity = std::min(incident.severity, report.severity);
}

}  // namespace

Reported report_incident(Tx& tx, Actor const& actor, IncidentReport const& report) {
    if (report.dedup_key.empty() || std::ssize(report.dedup_key) > longest_dedup_key)
        throw std::logic_error("an incident is reported under a key of 1 to 255 characters");
    auto const holder = holder_of_first(tx, report.servers);
    auto const open = unresolved(tx, report.dedup_key);
    if (open && is_theirs(*open, holder)) {
        auto after = *open;
        add_occurrence(after, report);
        save_incident(tx, actor, *open, after, "incident.occurrence").value();
        return {after.id, after.number, ReportEffect::counted};
    }
    if (open) release_key(tx, actor, *open);
    auto const before = lately_resolved(tx, report.dedup_key, actor.now - report.reopen_window);
    if (before && is_theirs(*before, holder)) {
        auto after = *before;
        add_occurrence(after, report);
        enter(after, IncidentStatus::open, actor.principal.user, actor.now).value();
        save_incident(tx, actor, *before, after, "incident.reopen").value();
        return {after.id, after.number, ReportEffect::reopened};
    }
    auto incident = opened(actor, report, named_servers(tx, report.servers));
    insert_incident(tx, actor, incident).value();
    return {incident.id, incident.number, ReportEffect::opened};
}

std::optional<Id> settle_incident(Tx& tx, Actor const& actor, std::string_view dedup_key,
                                  std::vector<Id> const& servers, std::string_view resolution) {
    auto const before = unresolved(tx, dedup_key);
    if (!before || !is_theirs(*before, holder_of_first(tx, servers))) return std::nullopt;
    auto after = *before;
    enter(after, IncidentStatus::resolved, actor.principal.user, actor.now).value();
    after.resolution = cut(resolution, longest_resolution);
    save_incident(tx, actor, *before, after, "incident.resolve").value();
    return after.id;
}

namespace {

// The record of the server's change tells it. The list of ids is written by this program: the first comes
// first.
void follow(Tx& tx, Actor const& actor, Server const& server) {
    Sql sql;
    sql.add("UPDATE incidents SET owner = ").bind(server.owner).add(", team = ").bind(server.team);
    sql.add(", updated_at = ").bind(actor.now).add(", version = version + 1 WHERE ");
    sql.append(naming_any(incident_links, {server.id}));
    sql.add(" AND source <> 'manual' AND status <> 'resolved' AND servers LIKE ");
    sql.bind("[\"" + server.id.to_string() + "\"%");
    tx.execute(sql.text(), sql.params());
}

}  // namespace

ServerFollower incident_follower() {
    return {.moved = follow};
}

}  // namespace securestack
