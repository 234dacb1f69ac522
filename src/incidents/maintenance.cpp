// Which servers are in maintenance, and the windows that recur.
#include <algorithm>

#include "identity/accounts.hpp"
#include "incidents/incidents.hpp"
#include "incidents/occurrence.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

bool says_so_itself(Server const& server, Time now) {
    return server.status == ServerStatus::maintenance &&
           (!server.maintenance_until || *server.maintenance_until > now);
}

// Four ranges of indexes: the windows, not over yet, that name the server, and those whose labels may mean
// it.
Sql candidates(Server const& server, Time now) {
    Sql sql;
    auto const over = sql.placeholder(now);
    auto const with_labels =
        " UNION SELECT id FROM maintenance_windows WHERE labels <> '{}' AND over_at > " + over;
    sql.add(
        "WHERE id IN (SELECT w.id FROM maintenance_servers s JOIN maintenance_windows w ON w.id = "
        "s.\"window\" ");
    sql.add("WHERE s.server = ").bind(server.id).add(" AND w.over_at > ").add(over);
    sql.add(with_labels).add(" AND owner = ").bind(server.owner);
    if (server.team) sql.add(with_labels).add(" AND team = ").bind(*server.team);
    sql.add(with_labels).add(" AND everywhere = ").bind(true).add(")");
    return sql;
}

bool means(MaintenanceWindow const& window, Server const& server) {
    if (std::ranges::find(window.servers, server.id) != window.servers.end()) return true;
    return !window.labels.empty() && std::ranges::all_of(window.labels, [&](auto const& label) {
        auto const has = server.labels.find(label.first);
        return has != server.labels.end() && has->second == label.second;
    });
}

}  // namespace

bool in_maintenance(Tx& tx, Id server, Time now) {
    auto const found = Table<Server>(tx).find_where(Sql{}.add("deleted_at IS NULL AND id = ").bind(server));
    if (!found) return false;
    if (says_so_itself(*found, now)) return true;
    bool active = false;
    Table<MaintenanceWindow>(tx).for_each(candidates(*found, now), [&](MaintenanceWindow const& window) {
        active = active || (means(window, *found) && is_active(window, now) &&
                            reaches(principal_of(tx, window.owner), Reach::operate, holder_of(*found)));
    });
    return active;
}

std::int64_t advance_maintenance_windows(Tx& tx, Time now, std::int64_t limit) {
    std::vector<MaintenanceWindow> due;
    Sql past;
    past.add("WHERE schedule IS NOT NULL AND occurs_until <= ").bind(now).add(" AND over_at > ").bind(now);
    past.add(" ORDER BY occurs_until, id LIMIT ").bind(limit);
    Table<MaintenanceWindow> windows{tx};
    windows.for_each(past, [&](MaintenanceWindow const& window) { due.push_back(window); });
    for (auto& window : due) {
        auto const next = occurrence_at(window, now);
        if (next && *next) {
            window.occurs_from = (*next)->from;
            window.occurs_until = (*next)->until;
        } else {
            window.over_at = now;
        }
        windows.update(window).value();
    }
    return static_cast<std::int64_t>(due.size());
}

}  // namespace securestack
