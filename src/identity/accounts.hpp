// The rules of user accounts, whoever applies them: routes and command line alike. Every change is recorded
// as an act of `actor`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/audit.hpp"
#include "identity/sessions.hpp"
#include "identity/throttle.hpp"
#include "identity/user.hpp"

namespace securestack {

class Accounts {
  public:
    Accounts(Throttle const& throttle, Sessions& sessions) : throttle_(throttle), sessions_(sessions) {}

    // `conflict` when the username is taken. `draft` has its password_hash; id and times are given here.
    Result<User> create(Tx& tx, Actor const& actor, std::string_view action, User draft) const;

    // `conflict` when the username is taken, or when no active administrator would be left. Disabling ends
    // the sessions. With `new_hash` the password is set too, which ends the sessions but the actor's own and
    // lifts what failed logins have brought. The keys of who is no administrator any more get an end. What
    // changes nothing is not recorded.
    Result<User> change(Tx& tx, Actor const& actor, User const& before, User after,
                        std::optional<std::string> const& new_hash) const;

    // A password chosen by its owner; the other sessions end. Guesses at its second factor stay counted: who
    // has the password and a session is not yet who has the device.
    Result<User> change_own_password(Tx& tx, Actor const& actor, User user, std::string hash) const;

    // `conflict` for the last active administrator, and for a user to whom objects belong. Its API keys go
    // with it.
    Result<void> remove(Tx& tx, Actor const& actor, User const& user) const;

  private:
    void set_password(Tx& tx, Actor const& actor, User& user, std::string hash) const;
    void forget_guesses_at_password(Tx& tx, User const& user) const;
    void forget_guesses(Tx& tx, User const& user) const;
    void end_sessions(Tx& tx, User& user, Time now) const;

    Throttle const& throttle_;
    Sessions& sessions_;
};

// `forbidden` when an API key acts on the account of somebody who sees or may more than users do, or would
// make one: what its scopes leave out it would reach by logging in there. Its owner's is one.
Result<void> keep_keys_off(Principal const& principal, Role role);

std::optional<User> find_user(Tx& tx, std::string_view username);
// What a user is and may at this moment; for one who is gone: nobody's role, in no team.
Principal principal_of(Tx& tx, Id user);
// An active administrator other than `except`.
bool has_active_admin(Tx& tx, Id except = {});

}  // namespace securestack
