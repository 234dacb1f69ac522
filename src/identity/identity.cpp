#include "identity/identity.hpp"

#include <boost/json/value.hpp>

#include "crypto/password.hpp"
#include "identity/documents.hpp"
#include "identity/invite.hpp"
#include "identity/setup_token.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// The rules that a document's fields state, for a draft that came from no document.
std::vector<FieldError> faults_of(UserDraft const& draft) {
    std::vector<FieldError> errors;
    UserDraft copy;
    decode_into(schema_of<UserDraft>(), encode_writable(schema_of<UserDraft>(), &draft), &copy, "", errors);
    return errors;
}

UserDraft draft_of(NewUser const& user) {
    UserDraft draft;
    draft.username = user.username;
    draft.email = user.email;
    draft.display_name = user.display_name;
    draft.role = user.role;
    return draft;
}

// Rolls the transaction back when `outcome` is a Problem: a refused change leaves nothing.
struct Refused {
    Problem problem;
};

template <class F>
Result<User> write_user(Database& database, F work) {
    try {
        return database.write_now([&](Tx& tx) -> User {
            auto outcome = work(tx);
            if (!outcome) throw Refused{outcome.error()};
            return *std::move(outcome);
        });
    } catch (Refused& refused) {
        return std::move(refused.problem);
    }
}

Problem nobody(std::string_view username) {
    return {ErrorCode::not_found, "There is no user \"" + std::string{username} + "\"."};
}

}  // namespace

std::vector<FieldError> faults_of(NewUser const& user, int shortest_password) {
    auto faults = faults_of(draft_of(user));
    auto const password = check_password(user.password, user.username, shortest_password);
    faults.insert(faults.end(), password.begin(), password.end());
    return faults;
}

Identity::Identity(Database& database, Clock const& clock, IdSource& ids, IdentitySettings settings,
                   MasterKey const& master_key)
    : database_(database),
      clock_(clock),
      ids_(ids),
      settings_(std::move(settings)),
      throttle_(settings_),
      keys_(master_key),
      sessions_(settings_, master_key, keys_, session_cache_),
      accounts_(throttle_, sessions_),
      second_factor_(master_key),
      authenticator_(settings_, keys_, session_cache_, key_uses_) {}

void Identity::start() {
    keys_.open(database_, clock_, ids_);
    // Made on first use, it would take its time inside a login's transaction.
    dummy_password_hash();
}

Actor Identity::operating_as(Via via, std::string name) {
    Principal principal;
    principal.name = std::move(name);
    principal.via = via;
    return Actor{std::move(principal), clock_.now(), ids_};
}

std::optional<std::string> Identity::ensure_setup_token() {
    return database_.write_now([&](Tx& tx) { return make_setup_token(tx, operating_as(Via::system, {})); });
}

void Identity::write_key_uses() {
    key_uses_.write(database_);
}

bool Identity::purge_expired() {
    constexpr std::int64_t batch = 500;
    auto const now = clock_.now();
    bool more =
        database_.write_now([&](Tx& tx) { return Sessions::purge(tx, now - settings_.sessions_kept); });
    for (auto const purge : {Throttle::purge, purge_invites, purge_setup_tokens}) {
        more = database_.write_now([&](Tx& tx) { return purge(tx, now, batch); }) == batch || more;
    }
    database_.write_now([&](Tx& tx) { KeyRing::purge(tx, now); });
    return more;
}

Result<User> Identity::create_user(NewUser const& wanted) {
    if (auto faults = faults_of(wanted, settings_.shortest_password); !faults.empty())
        return Problem{std::move(faults)};
    User user = with_draft({}, draft_of(wanted));
    user.password_hash = hash_password(wanted.password);
    return write_user(database_, [&](Tx& tx) {
        return accounts_.create(tx, operating_as(Via::command_line, {}), "user.create", user);
    });
}

void Identity::for_each_user(std::function<void(User const&)> const& visit) {
    database_.read_now([&](Tx& tx) { Table<User>(tx).for_each(Sql{}.add("ORDER BY username, id"), visit); });
}

template <class F>
Result<User> Identity::change_user(std::string_view username, std::optional<std::string> const& new_hash,
                                   F change) {
    return write_user(database_, [&](Tx& tx) -> Result<User> {
        auto const before = find_user(tx, username);
        if (!before) return nobody(username);
        auto after = *before;
        change(after);
        return accounts_.change(tx, operating_as(Via::command_line, {}), *before, std::move(after), new_hash);
    });
}

Result<User> Identity::set_disabled(std::string_view username, bool disabled) {
    return change_user(username, std::nullopt, [&](User& user) { user.disabled = disabled; });
}

Result<User> Identity::set_role(std::string_view username, Role role) {
    return change_user(username, std::nullopt, [&](User& user) { user.role = role; });
}

Result<User> Identity::set_password(std::string_view username, Secret const& password) {
    auto faults = check_password(password, username, settings_.shortest_password);
    if (!faults.empty()) return Problem{std::move(faults)};
    return change_user(username, hash_password(password), [](User&) {});
}

KeyRing::Successor Identity::rotate_keys() {
    return database_.write_now([&](Tx& tx) { return keys_.rotate(tx, operating_as(Via::command_line, {})); });
}

Identity::Discarded Identity::discard_unreadable() {
    return database_.write_now([&](Tx& tx) {
        auto const actor = operating_as(Via::command_line, {});
        Discarded discarded{.signing_keys = keys_.discard_unreadable(tx, actor),
                            .without_second_factor = second_factor_.discard_unreadable(tx, actor)};
        for (auto const& user : discarded.without_second_factor)
            throttle_.forget(tx, ThrottleScope::code_account, user.id.to_string());
        return discarded;
    });
}

}  // namespace securestack
