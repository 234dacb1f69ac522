#include "incidents/store.hpp"

#include <algorithm>

#include "audit/save_changes.hpp"
#include "incidents/timeline.hpp"

namespace securestack {
namespace {

// One row, which concurrent transactions wait for or run again over: numbers come without gaps and never
// twice.
std::int64_t next_number(Tx& tx) {
    tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'incident'");
    return tx
        .first("SELECT value FROM counters WHERE name = 'incident'", {},
               [](Row const& row) { return row.integer(0); })
        .value();
}

void add_list(Sql& sql, std::vector<Id> const& ids) {
    sql.add("(");
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i > 0) sql.add(", ");
        sql.bind(ids[i]);
    }
    sql.add(")");
}

void link(Tx& tx, Incident const& incident) {
    link_servers(tx, incident_links, incident.id, incident.servers);
}

}  // namespace

Result<void> insert_incident(Tx& tx, Actor const& actor, Incident& incident) {
    incident.number = next_number(tx);
    if (auto const saved = Table<Incident>(tx).insert(incident); !saved) return saved.error();
    link(tx, incident);
    add_entry(tx, actor, incident.id, EntryKind::opened, {});
    record_created(tx, actor, "incident.create", incident);
    return {};
}

Result<void> save_incident(Tx& tx, Actor const& actor, Incident const& before, Incident& after,
                           std::string_view action) {
    auto const changes = save_changes(tx, actor, action, before, after);
    if (!changes) return changes.error();
    if (after.servers != before.servers) link(tx, after);
    add_entries(tx, actor, after, changes->as_object());
    return {};
}

std::vector<NamedServer> named_servers(Tx& tx, std::vector<Id> const& ids) {
    std::vector<NamedServer> found;
    if (ids.empty()) return found;
    Sql sql;
    sql.add("SELECT id, owner, team FROM servers WHERE deleted_at IS NULL AND id IN ");
    add_list(sql, ids);
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        auto& server = found.emplace_back();
        server.id = row.id(0);
        server.holder.owner = row.id(1);
        if (!row.is_null(2)) server.holder.team = row.id(2);
    });
    std::ranges::sort(found, {},
                      [&](NamedServer const& server) { return std::ranges::find(ids, server.id); });
    return found;
}

void link_servers(Tx& tx, ServerLinks const& links, Id object, std::vector<Id> const& servers) {
    Sql removal;
    removal.add("DELETE FROM ").add(links.table).add(" WHERE ").add(links.column).add(" = ").bind(object);
    tx.execute(removal.text(), removal.params());
    if (servers.empty()) return;
    Sql sql;
    sql.add("INSERT INTO ").add(links.table).add(" (").add(links.column).add(", server) ");
    // From the object's own row, because a parameter that is a whole column has no type.
    sql.add("SELECT object.id, servers.id FROM servers JOIN ")
        .add(links.objects)
        .add(" object ON object.id = ");
    sql.bind(object).add(" WHERE servers.id IN ");
    add_list(sql, servers);
    tx.execute(sql.text(), sql.params());
}

Sql naming_any(ServerLinks const& links, std::vector<Id> const& servers) {
    Sql sql;
    sql.add("id IN (SELECT ").add(links.column).add(" FROM ").add(links.table).add(" WHERE server IN ");
    add_list(sql, servers);
    sql.add(")");
    return sql;
}

}  // namespace securestack
