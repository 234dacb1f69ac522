#include "upkeep/housekeeper.hpp"

#include <chrono>

#include "scheduler/lease.hpp"

namespace securestack {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view lease_name = "housekeeping";
// Longer than a round with its pause: the one who has it keeps it.
constexpr std::chrono::minutes lease_duration{5};
// A round leaves the rest of its minute to others.
constexpr std::chrono::seconds longest_chore{5};

}  // namespace

Housekeeper::Housekeeper(Database& database, Clock const& clock, IdSource& ids, Log& log,
                         std::vector<Chore> chores)
    : database_(database),
      clock_(clock),
      log_(log),
      chores_(std::move(chores)),
      holder_(ids.make(clock.now()).to_string()) {}

bool Housekeeper::claim() {
    return database_.write_now([&](Tx& tx) {
        auto const lease = claim_lease(tx, lease_name, holder_, lease_duration, shared_now(tx, clock_.now()));
        return lease.has_value();
    });
}

void Housekeeper::round() {
    try {
        if (stopping_ || !claim()) return;
    } catch (DatabaseError const& error) {
        log_.warn("housekeeping.failed", {{"what", "lease"}, {"reason", error.what()}});
        return;
    }
    for (auto const& chore : chores_) run(chore);
}

void Housekeeper::run(Chore const& chore) {
    auto const end = Steady::now() + longest_chore;
    try {
        while (!stopping_ && chore.batch() && Steady::now() < end) continue;
    } catch (std::exception const& error) {
        log_.warn("housekeeping.failed", {{"what", chore.name}, {"reason", error.what()}});
    }
}

}  // namespace securestack
