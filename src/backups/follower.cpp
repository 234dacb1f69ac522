// What becomes of the tasks of a server when something becomes of the server.
#include "backups/backups.hpp"
#include "backups/outcome.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

void move_along(Tx& tx, Actor const&, Server const& server) {
    for (std::string const table : {"backups", "runs"}) {
        tx.execute("UPDATE " + table + " SET owner = $2, team = $3, version = version + 1 WHERE server = $1",
                   {server.id, server.owner, server.team});
    }
}

// The task's slots are counted anew from now on.
void set_stopped(Tx& tx, Actor const& actor, Server const& server, std::optional<Time> at) {
    for (auto const& pulse : read_pulses(tx, Sql{}.add("WHERE server = ").bind(server.id))) {
        auto after = pulse;
        after.stopped_at = at;
        await_next(after, actor.now);
        save_pulse(tx, pulse, after);
    }
}

}  // namespace

ServerFollower backup_follower() {
    ServerFollower follower;
    follower.moved = move_along;
    follower.deleted = [](Tx& tx, Actor const& actor, Server const& server) {
        set_stopped(tx, actor, server, actor.now);
    };
    follower.restored = [](Tx& tx, Actor const& actor, Server const& server) {
        move_along(tx, actor, server);
        set_stopped(tx, actor, server, std::nullopt);
    };
    return follower;
}

}  // namespace securestack
