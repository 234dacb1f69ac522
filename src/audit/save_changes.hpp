// A change and its record, in one.
#pragma once

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "audit/audit.hpp"
#include "resource/table.hpp"

namespace securestack {

// Writes what `after` has other than `before`, as of now, with the record `action` of it, and answers with
// that. `secrets` are the changes of what no reader sees (`masked_change`). What changes nothing keeps its
// version and leaves no record (`after` is then `before`). Problem `conflict` when a UniqueRule is hit.
template <class T>
Result<boost::json::value> save_changes(Tx& tx, Actor const& actor, std::string_view action, T const& before,
                                        T& after, boost::json::object const& secrets = {}) {
    after.updated_at = before.updated_at;
    auto changes = changes_between(schema_of<T>(), &before, &after);
    for (auto const& [member, change] : secrets) changes.as_object()[member] = change;
    if (changes.as_object().empty()) {
        nothing_to_record(tx);
        after = before;
        return changes;
    }
    after.updated_at = actor.now;
    if (auto const saved = Table<T>(tx).update(after); !saved) return saved.error();
    record(tx, actor, action, audit_object(after), Outcome::success, changes);
    return changes;
}

}  // namespace securestack
