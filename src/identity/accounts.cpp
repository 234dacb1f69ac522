#include "identity/accounts.hpp"

#include <boost/json/object.hpp>

#include "identity/key_changes.hpp"
#include "identity/team.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

void record_new_password(Tx& tx, Actor const& actor, std::string_view action, User const& user) {
    boost::json::object const changes{{"password", masked_change(true, true)}};
    record(tx, actor, action, audit_object(user), Outcome::success, changes);
}

bool is_active_admin(User const& user) {
    return user.role == Role::admin && !user.disabled;
}

Result<void> keeps_an_admin(Tx& tx, User const& before, bool still_active_admin) {
    if (!is_active_admin(before) || still_active_admin || has_active_admin(tx, before.id)) return {};
    return Problem{ErrorCode::conflict,
                   "This is the last active administrator: make another user an administrator first."};
}

std::string folded(std::string_view username) {
    return fold_case(username).value_or("");
}

}  // namespace

Result<void> keep_keys_off(Principal const& principal, Role role) {
    if (principal.via != Via::api_key || role == Role::user) return {};
    return Problem{
        ErrorCode::forbidden,
        "An API key neither makes nor changes the account of an administrator or an auditor: log in to do "
        "so."};
}

std::optional<User> find_user(Tx& tx, std::string_view username) {
    return Table<User>(tx).find_where(Sql{}.add("username_fold = ").bind(folded(username)));
}

Principal principal_of(Tx& tx, Id user) {
    Principal principal;
    principal.user = user;
    principal.via = Via::system;
    if (auto const found = Table<User>(tx).find(user)) {
        principal.name = found->username;
        principal.role = found->role;
    }
    principal.teams = memberships_of(tx, user);
    return principal;
}

bool has_active_admin(Tx& tx, Id except) {
    return tx
        .first("SELECT 1 FROM users WHERE role = 'admin' AND disabled = $1 AND id <> $2 LIMIT 1",
               {false, except}, [](Row const&) { return true; })
        .has_value();
}

Result<User> Accounts::create(Tx& tx, Actor const& actor, std::string_view action, User draft) const {
    draft.id = actor.ids.make(actor.now);
    draft.username_fold = folded(draft.username);
    draft.created_at = draft.updated_at = actor.now;
    if (auto const saved = Table<User>(tx).insert(draft); !saved) return saved.error();
    // Guesses at a name that nobody had are not the new user's failures.
    throttle_.forget(tx, ThrottleScope::login_account, draft.username_fold);
    record_created(tx, actor, action, draft);
    return draft;
}

void Accounts::forget_guesses_at_password(Tx& tx, User const& user) const {
    throttle_.forget(tx, ThrottleScope::login_account, user.username_fold);
    throttle_.forget(tx, ThrottleScope::confirm_account, user.id.to_string());
}

void Accounts::forget_guesses(Tx& tx, User const& user) const {
    forget_guesses_at_password(tx, user);
    throttle_.forget(tx, ThrottleScope::code_account, user.id.to_string());
}

void Accounts::end_sessions(Tx& tx, User& user, Time now) const {
    ++user.epoch;
    sessions_.end_all(tx, user.id, Id{}, now);
}

void Accounts::set_password(Tx& tx, Actor const& actor, User& user, std::string hash) const {
    user.password_hash = std::move(hash);
    if (actor.principal.user == user.id) {
        forget_guesses_at_password(tx, user);
        sessions_.end_all(tx, user.id, actor.principal.session, actor.now);
    } else {
        forget_guesses(tx, user);
        end_sessions(tx, user, actor.now);
    }
}

Result<User> Accounts::change(Tx& tx, Actor const& actor, User const& before, User after,
                              std::optional<std::string> const& new_hash) const {
    auto const changes = changes_between(schema_of<User>(), &before, &after);
    if (changes.as_object().empty() && !new_hash) {
        nothing_to_record(tx);
        return before;
    }
    if (auto const kept = keeps_an_admin(tx, before, is_active_admin(after)); !kept) return kept.error();
    after.username_fold = folded(after.username);
    after.updated_at = actor.now;
    if (after.username_fold != before.username_fold) {
        throttle_.rename(tx, ThrottleScope::login_account, before.username_fold, after.username_fold);
    }
    if (new_hash) set_password(tx, actor, after, *new_hash);
    if (after.disabled && !before.disabled) end_sessions(tx, after, actor.now);
    if (auto const saved = Table<User>(tx).update(after); !saved) return saved.error();
    if (after.username != before.username) {
        tx.execute("UPDATE team_members SET username = $2 WHERE \"user\" = $1", {after.id, after.username});
    }
    tx.on_commit([&cache = sessions_.cache(), id = after.id] { cache.forget_user(id); });
    if (!changes.as_object().empty()) {
        record(tx, actor, "user.update", audit_object(after), Outcome::success, changes);
    }
    if (before.role == Role::admin && after.role != Role::admin) limit_keys(tx, actor, after.id);
    if (new_hash) record_new_password(tx, actor, "user.set_password", after);
    return after;
}

Result<User> Accounts::change_own_password(Tx& tx, Actor const& actor, User user, std::string hash) const {
    set_password(tx, actor, user, std::move(hash));
    user.updated_at = actor.now;
    if (auto const saved = Table<User>(tx).update(user); !saved) return saved.error();
    record_new_password(tx, actor, "user.change_password", user);
    return user;
}

Result<void> Accounts::remove(Tx& tx, Actor const& actor, User const& user) const {
    if (auto const kept = keeps_an_admin(tx, user, false); !kept) return kept.error();
    if (auto const team = only_maintained_by(tx, user.id)) {
        return Problem{ErrorCode::conflict,
                       "This user is the only maintainer of the team \"" + team->name +
                           "\": make another member a maintainer first, or delete the team."};
    }
    remove_keys_of(tx, actor, user.id);
    try {
        tx.attempt([&] { Table<User>(tx).remove(user.id); });
    } catch (DatabaseError const& error) {
        if (error.kind() != DatabaseError::Kind::foreign_key) throw;
        return Problem{
            ErrorCode::conflict,
            "Objects belong to this user (servers, backup repositories, maintenance windows): give them to "
            "another owner or delete them first, or disable the user instead. Deleted servers count until "
            "they are purged: GET /api/servers?deleted=true&owner=" +
                user.id.to_string() + " lists them, and one that is restored can be given away."};
    }
    forget_guesses(tx, user);
    tx.on_commit([&cache = sessions_.cache(), id = user.id] { cache.forget_user(id); });
    record_deleted(tx, actor, "user.delete", user);
    return {};
}

}  // namespace securestack
