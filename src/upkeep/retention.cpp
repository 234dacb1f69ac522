#include "upkeep/retention.hpp"

#include <utility>

#include "backups/backups.hpp"
#include "backups/task.hpp"
#include "idempotency/idempotency.hpp"
#include "incidents/incident.hpp"
#include "incidents/incidents.hpp"
#include "resource/text_index.hpp"
#include "servers/server.hpp"
#include "storage/dialect.hpp"

namespace securestack {
namespace {

Actor program(Time now, IdSource& ids) {
    Principal principal;
    principal.name = "securestack";
    principal.via = Via::system;
    return Actor{std::move(principal), now, ids};
}

}  // namespace

Chore planner_statistics(Database& database, Clock const& clock) {
    return {"statistics", [&database, &clock, gathered = std::optional<Time>{}]() mutable {
                auto const script = dialect::gather_statistics(database.engine());
                bool const is_due = !gathered || clock.now() - *gathered >= between_statistics;
                if (script.empty() || !is_due) return false;
                database.write_now([&](Tx& tx) { tx.run_script(script); });
                gathered = clock.now();
                return false;
            }};
}

std::vector<Chore> housekeeping_chores(Database& database, Clock const& clock, IdSource& ids, Log& log,
                                       Identity& identity, ServerFollowers followers,
                                       RetentionSettings settings) {
    std::vector<Chore> chores;
    // `remove` gets the transaction, the time and how many rows it may take, and says how many it took.
    auto const add = [&](std::string name, auto remove) {
        chores.push_back({name, [&database, &clock, &log, name, remove = std::move(remove)] {
                              auto const removed = database.write_now([&](Tx& tx) -> std::int64_t {
                                  return remove(tx, clock.now(), chore_batch);
                              });
                              if (removed > 0) log.info("housekeeping." + name, {{"removed", removed}});
                              return removed >= chore_batch;
                          }});
    };
    add("servers", [&ids, followers = std::move(followers), kept = settings.deleted](Tx& tx, Time now,
                                                                                     std::int64_t most) {
        return purge_deleted_servers(tx, program(now, ids), now - kept, most, followers);
    });
    add("run_logs", [kept = settings.run_logs](Tx& tx, Time now, std::int64_t most) {
        return purge_old_run_logs(tx, now - kept, most);
    });
    add("runs", [kept = settings.runs](Tx& tx, Time now, std::int64_t most) {
        return purge_old_runs(tx, now - kept, most);
    });
    add("idempotency_keys", purge_idempotency_keys);
    chores.push_back({"maintenance", [&database, &clock] {
                          auto const shown = database.write_now([&](Tx& tx) {
                              return advance_maintenance_windows(tx, clock.now(), chore_batch);
                          });
                          return shown >= chore_batch;
                      }});
    for (auto const* schema : {&schema_of<Server>(), &schema_of<Incident>(), &schema_of<BackupTask>()}) {
        chores.push_back({"search", [&database, schema] {
                              // Some ten milliseconds: nobody's commit waits for it.
                              return database.bulk_now([&](Tx& tx) {
                                  return index_texts(tx, *schema, chore_batch) >= chore_batch;
                              });
                          }});
    }
    chores.push_back(planner_statistics(database, clock));
    chores.push_back({"identity", [&identity] { return identity.purge_expired(); }});
    return chores;
}

}  // namespace securestack
