// The record of who did what. Written in the transaction of what it records: the mutation and its record are
// committed together or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "audit/change_set.hpp"
#include "core/principal.hpp"
#include "http/context.hpp"
#include "http/router.hpp"
#include "resource/document.hpp"
#include "storage/database.hpp"

namespace securestack {

enum class Outcome : std::uint8_t { success, denied, failure };
template <>
inline constexpr std::array<std::string_view, 3> choices<Outcome>{"success", "denied", "failure"};

// Who acted, and from where: a request's Context, or the command line, or the program itself.
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

// Writes one record and marks the transaction as audited. Throws DatabaseError; the mutation then fails with
// it. `changes` is {"member": {"from": …, "to": …}} or null. `action` is "<object type>.<verb>" in lower
// case.
void record(Tx& tx, Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
            boost::json::value const& changes = nullptr);
void record(Tx& tx, Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
            std::optional<ChangeSet> changes);

// Marks a write that turned out to change nothing, so that there is nothing to record.
void nothing_to_record(Tx& tx);

// {"member": {"from", "to"}} over the readable fields that differ. `before` or `after` may be null: created,
// deleted; the other side's values are then null. Write-only and internal fields never appear.
boost::json::value changes_between(Schema const& schema, void const* before, void const* after);

// The same as text, for a record that nobody looks into first; `more` comes behind it, and instead of fields
// of the same name.
ChangeSet change_set(Schema const& schema, void const* before, void const* after,
                     boost::json::object const& more = {});

// What a record tells of a secret that was set, replaced or removed: {"from", "to"}, with "***" for whatever
// there is. Write-only members are in no schema's `changes_between`; whoever writes one adds them to what it
// records.
boost::json::value masked_change(bool was_there, bool is_there);

// The members "owner" and "team" of an object that is gone.
void add_last_holder(boost::json::object& changes, Holder const& holder);

// The type of a document's objects: its schema's name as the log spells it ("ApiKey": "api_key").
std::string audit_type(Schema const& schema);

// Overload for a domain type when its name is not in `name` or `username`.
template <class T>
AuditObject audit_object(T const& object) {
    AuditObject result{audit_type(schema_of<T>()), object.id.to_string(), {}};
    if constexpr (requires { object.name; }) {
        result.name = object.name;
    } else if constexpr (requires { object.username; }) {
        result.name = object.username;
    }
    return result;
}

// The usual cases.
template <class T>
void record_created(Tx& tx, Actor const& actor, std::string_view action, T const& after,
                    boost::json::object const& secrets = {}) {
    record(tx, actor, action, audit_object(after), Outcome::success,
           change_set(schema_of<T>(), nullptr, &after, secrets));
}
template <class T>
void record_changed(Tx& tx, Actor const& actor, std::string_view action, T const& before, T const& after) {
    record(tx, actor, action, audit_object(after), Outcome::success,
           change_set(schema_of<T>(), &before, &after));
}
// `last_holder`: whose it was, where the document does not show it: they are told that it is gone
// (/api/events).
template <class T>
void record_deleted(Tx& tx, Actor const& actor, std::string_view action, T const& before,
                    std::optional<Holder> const& last_holder = {}) {
    boost::json::object holder;
    if (last_holder) add_last_holder(holder, *last_holder);
    record(tx, actor, action, audit_object(before), Outcome::success,
           change_set(schema_of<T>(), &before, nullptr, holder));
}

// The dispatcher's hooks.
//
// A denial. The action is the operation's ("deleteServer": "server.delete"), the object the one that the
// path names ("server" and its id), or else the path. Whether it exists is not looked at: the record of an
// attempt on a hidden object and on an absent one are alike, for its author may read both.
void record_denial(Tx& tx, Context const& context, Router::Match const& match);
// A whole list went out as CSV or NDJSON: "server.export", and what was asked for.
void record_export(Tx& tx, Context const& context, Schema const& schema);

// GET /api/audit and /api/audit/{id}; also has the router record every export.
void add_audit_routes(Router& router);

}  // namespace securestack
