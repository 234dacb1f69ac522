#include <variant>

#include "crypto/password.hpp"
#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/documents.hpp"
#include "identity/identity.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// A user being made or changed by an administrator, between its transactions.
struct Edit {
    Id id{};  // nil for a new user
    std::variant<UserDraft, Patch<UserDraft>, Replacement<UserDraft>> wanted;
    std::string username;
    std::optional<Secret> password;
    int shortest_password = 0;
    std::vector<FieldError> faults;
    std::optional<std::string> new_hash;
};

Problem absent() {
    return {ErrorCode::not_found, "There is no user with this id."};
}

Result<User> find_for_write(Tx& tx, Context const& context, Id id) {
    auto found = Table<User>(tx).find(id);
    if (!found) return absent();
    if (auto const allowed = keep_keys_off(context.principal, found->role); !allowed) return allowed.error();
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return *std::move(found);
}

// One's own password is changed where the current one is asked for.
Result<void> check_reach(Context const& context, Id id, UserDraft const& draft) {
    if (draft.password && id == context.principal.user) {
        return Problem{
            ErrorCode::forbidden,
            "Change your own password at POST /api/auth/password, which asks for the current one."};
    }
    return keep_keys_off(context.principal, draft.role);
}

void hash(Edit& edit) {
    if (!edit.password) return;
    add_password_faults(edit.faults, *edit.password, edit.username, edit.shortest_password);
    if (edit.faults.empty()) edit.new_hash = hash_password(*edit.password);
    edit.password.reset();
}

Edit edit_of(Identity const& identity, Id id, Draft<UserDraft> const& draft) {
    Edit edit;
    edit.id = id;
    edit.wanted = draft.value;
    edit.username = draft.value.username;
    edit.password = draft.value.password;
    edit.faults = draft.errors;
    edit.shortest_password = identity.settings().shortest_password;
    return edit;
}

Result<Edit> begin_creation(Identity& identity, Tx& tx, Context const& context, Draft<UserDraft> draft) {
    auto const& [wanted, faults] = draft;
    if (auto const allowed = check_reach(context, Id{}, wanted); !allowed) return allowed.error();
    if (!wanted.password && !is_wrong(faults, "/password"))
        draft.errors.push_back({"/password", "required", "is needed for a new user"});
    if (faults.empty() && find_user(tx, wanted.username)) return username_is_taken();
    return edit_of(identity, Id{}, draft);
}

Result<Created<User>> finish_creation(Identity& identity, Tx& tx, Context const& context, Edit const& edit) {
    if (!edit.faults.empty()) return Problem{edit.faults};
    auto user = with_draft({}, std::get<UserDraft>(edit.wanted));
    user.password_hash = edit.new_hash.value();
    auto created = identity.accounts().create(tx, context, "user.create", std::move(user));
    if (!created) return created.error();
    auto location = "/api/users/" + created->id.to_string();
    return Created<User>{*std::move(created), std::move(location)};
}

bool would_remove_password(boost::json::value const& document) {
    auto const* members = document.if_object();
    auto const* password = members != nullptr ? members->if_contains("password") : nullptr;
    return password != nullptr && password->is_null();
}

// `document` is applied again when the hash is made: somebody may have changed the user meanwhile.
template <class Change>
Result<Edit> begin_change(Identity& identity, Tx& tx, Context const& context, Id id, Change const& document) {
    auto const user = find_for_write(tx, context, id);
    if (!user) return user.error();
    auto draft = document.draft(draft_of(*user));
    if (auto const allowed = check_reach(context, id, draft.value); !allowed) return allowed.error();
    if (would_remove_password(document.document()))
        draft.errors.push_back({"/password", "null", "cannot be removed: leave it out to keep it as it is"});
    auto edit = edit_of(identity, id, std::move(draft));
    edit.wanted = document;
    return edit;
}

Result<UserDraft> applied(Edit const& edit, UserDraft const& current) {
    return std::visit(
        [&](auto const& wanted) -> Result<UserDraft> {
            if constexpr (requires { wanted.apply(current); })
                return wanted.apply(current);
            else
                return wanted;
        },
        edit.wanted);
}

Result<Entity<User>> finish_change(Identity& identity, Tx& tx, Context const& context, Edit const& edit) {
    if (!edit.faults.empty()) return Problem{edit.faults};
    auto const before = find_for_write(tx, context, edit.id);
    if (!before) return before.error();
    auto const draft = applied(edit, draft_of(*before));
    if (!draft) return draft.error();
    auto changed =
        identity.accounts().change(tx, context, *before, with_draft(*before, *draft), edit.new_hash);
    if (!changed) return changed.error();
    return Entity<User>{*std::move(changed)};
}

Result<Entity<User>> get_user(Tx& tx, Context const&, Id id) {
    auto found = Table<User>(tx).find(id);
    if (!found) return absent();
    return Entity<User>{*std::move(found)};
}

Result<NoContent> delete_user(Identity& identity, Tx& tx, Context const& context, Id id) {
    auto const user = find_for_write(tx, context, id);
    if (!user) return user.error();
    if (auto const removed = identity.accounts().remove(tx, context, *user); !removed) return removed.error();
    return NoContent{};
}

Result<Sql> everyone(Tx&, Context const&) {
    return Sql{};
}

}  // namespace

void add_user_routes(Router& router, Identity& identity) {
    auto const reading = allow(Permission::users_read);
    auto const writing = allow(Permission::users_write);
    router.list<User>("/api/users", reading, everyone)
        .operation("listUsers")
        .summary("All users")
        .tag("Users");
    router.get("/api/users/{id}", reading, get_user).operation("getUser").summary("One user").tag("Users");
    router
        .staged(Method::post, "/api/users", writing, bound(identity, begin_creation), hash,
                bound(identity, finish_creation))
        .operation("createUser")
        .summary("Make an account for somebody")
        .tag("Users")
        .answers(409);
    router
        .staged(Method::patch, "/api/users/{id}", writing, bound(identity, begin_change<Patch<UserDraft>>),
                hash, bound(identity, finish_change))
        .operation("updateUser")
        .summary("Change a user's name, role or password, or disable it")
        .description(
            "Setting a password, and disabling, end the user's sessions. The last active administrator stays "
            "one (409). Your own password is changed at /api/auth/password. An API key neither makes nor "
            "changes the account of an administrator or an auditor (403).")
        .tag("Users")
        .answers(409);
    router
        .staged(Method::put, "/api/users/{id}", writing,
                bound(identity, begin_change<Replacement<UserDraft>>), hash, bound(identity, finish_change))
        .operation("replaceUser")
        .summary("Replace a user")
        .description("Members that are left out take their defaults; the password stays when it is left out.")
        .tag("Users")
        .answers(409);
    router.del("/api/users/{id}", writing, bound(identity, delete_user))
        .operation("deleteUser")
        .summary("Delete a user to whom nothing belongs")
        .description(
            "409 while servers, backup repositories or maintenance windows belong to it, and while a team has "
            "no other maintainer. Its API keys go with it.")
        .tag("Users")
        .answers(409);
}

}  // namespace securestack
