// What becomes of the tasks of a server when something becomes of the server.
#include "audit/save_changes.hpp"
#include "backups/alarm.hpp"
#include "backups/backups.hpp"
#include "backups/outcome.hpp"
#include "backups/repository.hpp"
#include "backups/rules.hpp"
#include "identity/accounts.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

// A repository, whose secrets its agent is told, stays behind when the server's owner may not use it.
void leave_repositories(Tx& tx, Actor const& actor, Server const& server) {
    auto const owner = principal_of(tx, server.owner);
    std::vector<BackupTask> left;
    Table<BackupTask>(tx).for_each(
        Sql{}.add("WHERE repository IS NOT NULL AND server = ").bind(server.id), [&](BackupTask const& task) {
            auto const repository = Table<Repository>(tx).find(*task.repository);
            bool const shared = server.team && repository && repository->team == server.team;
            if (!shared && !(repository && reaches(owner, Reach::operate, holder_of(*repository))))
                left.push_back(task);
        });
    for (auto const& before : left) {
        auto after = before;
        after.repository.reset();
        derive(after);
        save_changes(tx, actor, "backup.update", before, after).value();
    }
}

void move_along(Tx& tx, Actor const& actor, Server const& server) {
    for (std::string const table : {"backups", "runs"}) {
        tx.execute("UPDATE " + table + " SET owner = $2, team = $3, version = version + 1 WHERE server = $1",
                   {server.id, server.owner, server.team});
    }
    leave_repositories(tx, actor, server);
}

// The task's slots are counted anew from now on.
void set_stopped(Tx& tx, Actor const& actor, Server const& server, std::optional<Time> at) {
    for (auto const& pulse : read_pulses(tx, Sql{}.add("WHERE server = ").bind(server.id))) {
        auto after = pulse;
        after.stopped_at = at;
        await_next(after, actor.now);
        save_pulse(tx, pulse, after);
        if (at) settle_alarm(tx, actor, pulse, "Its server was deleted.");
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
