#include "audit/audit.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "audit/audit_record.hpp"
#include "audit/creation_records.hpp"
#include "core/ascii.hpp"
#include "resource/insert_many.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

std::optional<std::string> if_any(std::string const& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

AuditActor described(Actor const& actor) {
    auto const& principal = actor.principal;
    AuditActor result;
    result.type = ActorType::system;
    if (!principal.user.is_nil()) {
        result.type = ActorType::user;
        result.id = principal.user;
    } else if (principal.is_anonymous()) {
        result.type = ActorType::anonymous;
    }
    result.name = if_any(principal.name);
    result.ip = if_any(actor.ip);
    result.via = principal.via;
    if (!principal.key.is_nil()) result.api_key = AuditApiKey{principal.key, principal.key_name};
    return result;
}

// The member's JSON, or null without an object, in place of what `text` held.
void write_member(Field const& field, void const* object, std::string& text) {
    text.clear();
    JsonWriter out{text};
    if (object == nullptr) {
        out.null();
    } else {
        field.access->to_json(object, out);
    }
}

AuditRecord entry_of(Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
                     std::optional<ChangeSet> changes) {
    AuditRecord entry;
    entry.id = actor.ids.make(actor.now);
    entry.at = actor.now;
    entry.actor = described(actor);
    entry.action = action;
    entry.object = {object.type, if_any(object.id), if_any(object.name)};
    entry.outcome = outcome;
    entry.changes = std::move(changes);
    entry.request_id = if_any(actor.request_id);
    entry.actor_id = entry.actor.id;
    if (entry.actor.api_key) entry.api_key_id = entry.actor.api_key->id;
    entry.object_id = entry.object.id;
    return entry;
}

}  // namespace

Actor::Actor(Context const& context)
    : principal(context.principal),
      ip(context.client().to_string()),
      request_id(context.request_id()),
      now(context.now),
      ids(context.ids) {}

Actor::Actor(Principal who, Time when, IdSource& source)
    : principal(std::move(who)), now(when), ids(source) {}

void record(Tx& tx, Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
            boost::json::value const& changes) {
    std::optional<ChangeSet> text;
    if (!changes.is_null()) text = ChangeSet{boost::json::serialize(changes)};
    record(tx, actor, action, object, outcome, std::move(text));
}

void record(Tx& tx, Actor const& actor, std::string_view action, AuditObject const& object, Outcome outcome,
            std::optional<ChangeSet> changes) {
    // No rule of the table can be broken by what a client sends: a refusal here is a broken assumption.
    Table<AuditRecord>(tx).insert(entry_of(actor, action, object, outcome, std::move(changes))).value();
    tx.audited = true;
}

CreationRecords::CreationRecords(Tx& tx, Actor const& actor, std::string_view action)
    : tx_(tx), actor_(actor), action_(action) {}

void CreationRecords::add(AuditObject const& object, ChangeSet changes) {
    waiting_.push_back(entry_of(actor_, action_, object, Outcome::success, std::move(changes)));
}

void CreationRecords::write() {
    auto const records = std::exchange(waiting_, {});
    std::vector<void const*> objects;
    objects.reserve(records.size());
    for (auto const& each : records) objects.push_back(&each);
    if (insert_new_rows(tx_, schema_of<AuditRecord>(), objects).size() != records.size())
        throw std::logic_error("two audit records have one id");
    tx_.audited = true;
}

void nothing_to_record(Tx& tx) {
    tx.audited = true;
}

ChangeSet change_set(Schema const& schema, void const* before, void const* after,
                     boost::json::object const& more) {
    ChangeSet changes{.json = {}};
    JsonWriter out{changes.json};
    std::string from;
    std::string to;
    out.begin_object();
    for (auto const& field : schema.fields) {
        if (!field.is_readable() || more.contains(field.name)) continue;
        write_member(field, before, from);
        write_member(field, after, to);
        if (from == to) continue;
        out.field_name(field.name);
        out.begin_object();
        out.field_name("from");
        out.raw(from);
        out.field_name("to");
        out.raw(to);
        out.end_object();
    }
    for (auto const& [member, change] : more) {
        out.key(member);
        out.value(change);
    }
    out.end_object();
    return changes;
}

boost::json::value changes_between(Schema const& schema, void const* before, void const* after) {
    return boost::json::parse(change_set(schema, before, after).json);
}

boost::json::value masked_change(bool was_there, bool is_there) {
    auto const masked = [](bool there) { return there ? boost::json::value("***") : boost::json::value(); };
    return {{"from", masked(was_there)}, {"to", masked(is_there)}};
}

void add_last_holder(boost::json::object& changes, Holder const& holder) {
    auto const add = [&](std::string_view member, Id id) {
        if (!id.is_nil()) changes[member] = {{"from", id.to_string()}, {"to", nullptr}};
    };
    add("owner", holder.owner);
    add("team", holder.team.value_or(Id{}));
}

std::string audit_type(Schema const& schema) {
    std::string type;
    for (char const c : schema.name) {
        if (ascii::is_upper(c) && !type.empty()) type += '_';
        type += ascii::lower(c);
    }
    return type;
}

}  // namespace securestack
