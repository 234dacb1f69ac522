#include <vector>

#include "resource/table.hpp"
#include "servers/followers.hpp"
#include "servers/server.hpp"
#include "servers/servers.hpp"

namespace securestack {

std::int64_t purge_deleted_servers(Tx& tx, Actor const& actor, Time before, std::int64_t limit,
                                   ServerFollowers const& followers) {
    std::vector<Id> due;
    tx.query(
        "SELECT id FROM servers WHERE deleted_at IS NOT NULL AND deleted_at <= $1 ORDER BY deleted_at, id "
        "LIMIT $2",
        {before, limit}, [&](Row const& row) { due.push_back(row.id(0)); });
    Table<Server> servers{tx};
    for (auto const& id : due) {
        auto const server = servers.find(id).value();
        tell(followers, &ServerFollower::purged, tx, actor, server);
        servers.remove(id);
        record(tx, actor, "server.purge", audit_object(server), Outcome::success);
    }
    return static_cast<std::int64_t>(due.size());
}

}  // namespace securestack
