#include "identity/key_uses.hpp"

namespace securestack {

void KeyUses::note(Id key, Time now, Address const& client) {
    std::lock_guard const lock{mutex_};
    auto const known = uses_.find(key);
    if (known != uses_.end()) {
        known->second = {now, client};
    } else if (uses_.size() < most) {
        uses_.emplace(key, Use{now, client});
    }
}

void KeyUses::write(Database& database) {
    std::unordered_map<Id, Use> uses;
    {
        std::lock_guard const lock{mutex_};
        uses.swap(uses_);
    }
    if (uses.empty()) return;
    database.write_now([&](Tx& tx) {
        for (auto const& [key, use] : uses) {
            // Another replica may know of a later one.
            tx.execute(
                "UPDATE api_keys SET last_used_at = $2, last_used_ip = $3 "
                "WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
                {key, use.at, use.client.to_string()});
        }
    });
}

}  // namespace securestack
