// A change and its record, in one.
#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "audit/audit.hpp"
#include "resource/table.hpp"

namespace securestack {

// Writes what `after` has other than `before`, as of now, with the record `action` of it, and answers with
// that. What changes nothing that a reader sees keeps its version and leaves no record (`after` is then
// `before`), unless something unseen has changed. Problem `conflict` when a UniqueRule is hit.
template <class T>
Result<boost::json::value> save_changes(Tx& tx, Actor const& actor, std::string_view action, T const& before,
                                        T& after, bool unseen_too = false) {
    after.updated_at = before.updated_at;
    auto changes = changes_between(schema_of<T>(), &before, &after);
    if (changes.as_object().empty() && !unseen_too) {
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
