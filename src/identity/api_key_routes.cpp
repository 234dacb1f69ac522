#include "crypto/digest.hpp"
#include "http/bound.hpp"
#include "http/collection.hpp"
#include "identity/identity.hpp"
#include "identity/key_changes.hpp"
#include "identity/key_text.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

Problem absent() {
    return {ErrorCode::not_found, "There is no API key with this id."};
}

Result<Scope> readable(Tx&, Context const& context) {
    if (sees_everything(context.principal)) return Scope{};
    return Scope{std::move(Sql{}.add("owner = ").bind(context.principal.user))};
}

Result<ApiKey> find(Tx& tx, Context const& context, Id id) {
    auto found = Table<ApiKey>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    return *std::move(found);
}

// The key that the caller acts with, when it does.
Result<std::optional<ApiKey>> acting_key(Tx& tx, Context const& context) {
    if (context.principal.via != Via::api_key) return std::optional<ApiKey>{};
    auto found = Table<ApiKey>(tx).find(context.principal.key);
    if (!found) return Problem{ErrorCode::invalid_token, "The API key was revoked."};
    return std::optional<ApiKey>{*std::move(found)};
}

// What a key may delete: itself and the keys that it made, which go when it goes.
bool may_delete(ApiKey const& acting, ApiKey const& key) {
    return key.id == acting.id || key.made_with == acting.id;
}

// What it may change: the same, unless they may more by now.
bool may_change(ApiKey const& acting, ApiKey const& key) {
    return may_delete(acting, key) && is_within(key, acting);
}

// One's own key, in the version that the client knows; for what only its owner does.
Result<ApiKey> find_own(Tx& tx, Context const& context, Id id, std::optional<ApiKey> const& acting) {
    auto found = find(tx, context, id);
    if (!found) return found;
    if (found->owner != context.principal.user)
        return Problem{ErrorCode::forbidden, "Only its owner may change an API key."};
    if (acting && !may_change(*acting, *found)) {
        return Problem{ErrorCode::forbidden,
                       "An API key changes itself and the keys that it made, while those may no more than "
                       "itself: log in to change this one."};
    }
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return found;
}

Result<Entity<ApiKey>> get_key(Tx& tx, Context const& context, Id id) {
    auto found = find(tx, context, id);
    if (!found) return found.error();
    return Entity<ApiKey>{*std::move(found)};
}

// What the client left out.
void complete(ApiKey& key, std::optional<ApiKey> const& acting, Time now) {
    if (key.expires_at == end_not_said) {
        key.expires_at = now + usual_key_lifetime;
        if (acting && acting->expires_at) key.expires_at = std::min(*key.expires_at, *acting->expires_at);
    }
    if (key.addresses.empty() && acting) key.addresses = acting->addresses;
}

NewApiKey shown(ApiKey const& key, Secret const& text) {
    return {.id = key.id,
            .name = key.name,
            .key = text.reveal(),
            .scopes = key.scopes,
            .expires_at = key.expires_at,
            .previous_until = key.previous_until};
}

void forget(Identity& identity, Tx& tx, Id owner) {
    tx.on_commit([&cache = identity.sessions().cache(), owner] { cache.forget_user(owner); });
}

Result<Created<NewApiKey>> create_key(Tx& tx, Context const& context, Draft<ApiKey> draft) {
    auto const acting = acting_key(tx, context);
    if (!acting) return acting.error();
    auto const keys = tx.first("SELECT count(*) FROM api_keys WHERE owner = $1", {context.principal.user},
                               [](Row const& row) { return row.integer(0); });
    if (keys.value_or(0) >= most_keys_of_a_user) {
        return Problem{ErrorCode::conflict, "You have " + std::to_string(most_keys_of_a_user) +
                                                " API keys, which is the most: delete one first."};
    }
    auto& [key, errors] = draft;
    complete(key, *acting, context.now);
    check_key(key, context.principal, *acting, context.now, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    key.id = context.new_id();
    key.owner = context.principal.user;
    key.created_at = key.renewed_at = context.now;
    if (*acting) key.made_with = (*acting)->id;
    auto const text = make_key_text(key.id);
    key.digest = key_digest(text.reveal());
    if (auto const saved = Table<ApiKey>(tx).insert(key); !saved) return saved.error();
    record_created(tx, context, "api_key.create", key);
    return Created<NewApiKey>{shown(key, text), "/api/keys/" + key.id.to_string()};
}

template <class Change>
Result<Entity<ApiKey>> change_key(Identity& identity, Tx& tx, Context const& context, Id id,
                                  Change const& change) {
    auto const acting = acting_key(tx, context);
    if (!acting) return acting.error();
    auto const before = find_own(tx, context, id, *acting);
    if (!before) return before.error();
    auto draft = change.draft(*before);
    auto& [after, errors] = draft;
    complete(after, *acting, context.now);
    auto const changes = changes_between(schema_of<ApiKey>(), &*before, &after);
    if (errors.empty() && changes.as_object().empty()) {
        nothing_to_record(tx);
        return Entity<ApiKey>{*before};
    }
    check_key(after, context.principal, *acting, context.now, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    if (after.expires_at != before->expires_at) after.renewed_at = context.now;
    if (auto const saved = Table<ApiKey>(tx).update(after); !saved) return saved.error();
    forget(identity, tx, after.owner);
    record(tx, context, "api_key.update", audit_object(after), Outcome::success, changes);
    if (!is_within(*before, after)) narrow_keys_made_with(tx, context, after);
    return Entity<ApiKey>{std::move(after)};
}

// Who is logged in gives the key as long a life again as it had; a key cannot lengthen one.
void renew(ApiKey& key, Time now) {
    if (key.expires_at) key.expires_at = now + (*key.expires_at - key.renewed_at);
    key.renewed_at = now;
}

Result<Entity<NewApiKey>> rotate_key(Identity& identity, Tx& tx, Context const& context, Id id,
                                     std::optional<KeyRotation> const& wanted) {
    auto const acting = acting_key(tx, context);
    if (!acting) return acting.error();
    auto found = find_own(tx, context, id, *acting);
    if (!found) return found.error();
    auto& key = *found;
    auto const before = key;
    std::chrono::seconds const overlap{wanted.value_or(KeyRotation{}).overlap_seconds};
    auto const text = make_key_text(key.id);
    key.previous_digest.reset();
    key.previous_until.reset();
    if (overlap.count() > 0) {
        key.previous_digest = key.digest;
        key.previous_until = context.now + overlap;
        if (key.expires_at) key.previous_until = std::min(*key.previous_until, *key.expires_at);
    }
    key.digest = key_digest(text.reveal());
    if (!*acting) renew(key, context.now);
    key.rotated_at = context.now;
    if (auto const saved = Table<ApiKey>(tx).update(key); !saved) return saved.error();
    forget(identity, tx, key.owner);
    record_changed(tx, context, "api_key.rotate", before, key);
    return Entity<NewApiKey>{shown(key, text)};
}

Result<NoContent> delete_key(Identity& identity, Tx& tx, Context const& context, Id id) {
    auto const acting = acting_key(tx, context);
    if (!acting) return acting.error();
    auto const found = find(tx, context, id);
    if (!found) return found.error();
    if (!reaches(context.principal, Reach::manage, holder_of(*found)))
        return Problem{ErrorCode::forbidden, "Only its owner or an administrator may delete an API key."};
    if (*acting && !may_delete(**acting, *found)) {
        return Problem{ErrorCode::forbidden,
                       "An API key deletes itself and the keys that it made: log in to delete this one."};
    }
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    remove_key(tx, context, *found);
    forget(identity, tx, found->owner);
    return NoContent{};
}

}  // namespace

void add_api_key_routes(Router& router, Identity& identity) {
    Collection keys{router,
                    {.address = "/api/keys",
                     .tag = "API keys",
                     .operation = {"ApiKey", "ApiKeys"},
                     .words = {"API key", "API keys"},
                     .reading = Permission::keys_read,
                     .writing = Permission::keys_write,
                     .changing = Reach::read}};  // of one's own
    keys.list<ApiKey>(readable).summary("Your API keys; everybody's, for administrators and auditors");
    keys.create(create_key)
        .summary("Make an API key; it is shown this once")
        .description("With an API key that has `keys:write`, only keys that may no more than itself.");
    keys.get(get_key).summary("One API key, without its secret");
    keys.replace(bound(identity, change_key<Replacement<ApiKey>>))
        .summary("Replace what your API key may, and from where")
        .own();
    keys.update(bound(identity, change_key<Patch<ApiKey>>))
        .summary("Change your API key (RFC 7396 merge patch)")
        .own();
    keys.act("rotate", bound(identity, rotate_key))
        .summary("Give your API key another secret; the one before it stays good for a while")
        .description(
            "Its life begins anew, with the length that it had, unless a key rotates: then its end stays.")
        .own();
    keys.remove(bound(identity, delete_key))
        .summary("Revoke an API key, everywhere within a second, and those that were made with it")
        .description("With an API key: itself, or one that it made.")
        .own();
}

}  // namespace securestack
