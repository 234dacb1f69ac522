#include "identity/key_changes.hpp"

#include <stdexcept>

#include "resource/table.hpp"

namespace securestack {
namespace {

// A user has a hundred at most.
std::vector<ApiKey> keys_where(Tx& tx, Sql const& condition) {
    std::vector<ApiKey> found;
    auto const rest = std::move(Sql{}.add("WHERE ").append(condition));
    Table<ApiKey>(tx).for_each(rest, [&](ApiKey const& key) { found.push_back(key); });
    return found;
}

std::vector<ApiKey> keys_made_with(Tx& tx, ApiKey const& maker) {
    return keys_where(tx, Sql{}.add("made_with = ").bind(maker.id));
}

ApiKey change(Tx& tx, Actor const& actor, ApiKey const& before, ApiKey after) {
    if (after.expires_at != before.expires_at) after.renewed_at = actor.now;
    auto const saved = Table<ApiKey>(tx).update(after);
    if (!saved) throw std::logic_error("a key that loses rights breaks no rule: " + saved.error().detail);
    record_changed(tx, actor, "api_key.update", before, after);
    return after;
}

}  // namespace

void remove_key(Tx& tx, Actor const& actor, ApiKey const& key) {
    for (auto const& made : keys_made_with(tx, key)) remove_key(tx, actor, made);
    Table<ApiKey>(tx).remove(key.id);
    record_deleted(tx, actor, "api_key.delete", key);
}

void remove_keys_of(Tx& tx, Actor const& actor, Id owner) {
    auto const made_by_hand = std::move(Sql{}.add("owner = ").bind(owner).add(" AND made_with IS NULL"));
    for (auto const& key : keys_where(tx, made_by_hand)) remove_key(tx, actor, key);
}

void narrow_keys_made_with(Tx& tx, Actor const& actor, ApiKey const& maker) {
    for (auto const& before : keys_made_with(tx, maker)) {
        if (is_within(before, maker)) continue;
        if (auto after = narrowed(before, maker)) {
            narrow_keys_made_with(tx, actor, change(tx, actor, before, *std::move(after)));
        } else {
            remove_key(tx, actor, before);
        }
    }
}

void limit_keys(Tx& tx, Actor const& actor, Id owner) {
    auto const endless = std::move(Sql{}.add("owner = ").bind(owner).add(" AND expires_at IS NULL"));
    for (auto const& before : keys_where(tx, endless)) {
        auto after = before;
        after.expires_at = actor.now + usual_key_lifetime;
        change(tx, actor, before, std::move(after));
    }
}

}  // namespace securestack
