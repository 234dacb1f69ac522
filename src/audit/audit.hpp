// The record of who did what. Written in the transaction of what it records: the mutation and its record are
// committed together or not at all.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/principal.hpp"
#include "http/context.hpp"
#include "resource/document.hpp"
#include "storage/database.hpp"

namespace securestack {

enum class Outcome : std::uint8_t { success, denied, failure };

// Who acted, and from where: a request's Context, or the command line.
struct Actor {
    Principal principal;
    std::string ip;          // empty when there is none
    std::string request_id;  // empty when there is none
    Time now;
    IdSource& ids;

    Actor(Context const& context);  // implicit: handlers pass their context
    Actor(Principal principal, Time now, IdSource& ids);
};

// What was acted upon: "server" and its id; the id may be empty (a login with an unknown name).
struct AuditObject {
    std::string type;
    std::string id;
    std::string name;  // as a person knows it, at that moment
};

// Writes one record and marks the transaction as audited. Throws DatabaseError; the mutation then fails with it.
// `changes` is {"member": {"from": …, "to": …}} or null.
void record(Tx& tx, Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
            boost::json::value const& changes = nullptr);

// {"member": {"from", "to"}} over the readable fields that differ. `before` or `after` may be null: created, deleted.
boost::json::value changes_between(Schema const& schema, void const* before, void const* after);

template <class T>
AuditObject audit_object(T const& object);  // specialise or overload per domain type when the default will not do

// The usual cases. T has `id`; its audit type is its table's singular ("server").
template <class T>
void record_created(Tx& tx, Actor const& actor, std::string_view action, T const& after) {
    record(tx, actor, action, audit_object(after), Outcome::success, changes_between(schema_of<T>(), nullptr, &after));
}
template <class T>
void record_changed(Tx& tx, Actor const& actor, std::string_view action, T const& before, T const& after) {
    record(tx, actor, action, audit_object(after), Outcome::success, changes_between(schema_of<T>(), &before, &after));
}
template <class T>
void record_deleted(Tx& tx, Actor const& actor, std::string_view action, T const& before) {
    record(tx, actor, action, audit_object(before), Outcome::success, changes_between(schema_of<T>(), &before, nullptr));
}

}  // namespace securestack
