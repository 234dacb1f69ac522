// Users, their logins, and who a request comes from: the parts, put together, and what the command line does
// with them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/accounts.hpp"
#include "identity/authenticator.hpp"
#include "identity/key_ring.hpp"
#include "identity/routes.hpp"
#include "identity/second_factor.hpp"
#include "identity/sessions.hpp"
#include "identity/settings.hpp"
#include "identity/throttle.hpp"

namespace securestack {

struct NewUser {
    std::string username;
    Secret password;
    std::optional<std::string> email;
    std::string display_name;
    Role role = Role::user;
};

// What is wrong with it that no database need be asked for.
std::vector<FieldError> faults_of(NewUser const& user, int shortest_password);

// Thread-safe. The functions that take or make a password take its hashing time, on the calling thread; all
// that use the database wait for it, and throw DatabaseError.
class Identity {
  public:
    // Opens nothing. The references must outlive it.
    Identity(Database& database, Clock const& clock, IdSource& ids, IdentitySettings settings,
             MasterKey const& master_key);
    Identity(Identity const&) = delete;
    Identity& operator=(Identity const&) = delete;

    // Makes the first signing key when there is none, and what the first login needs. Once, after the
    // migrations and before the first request. Throws std::runtime_error when the master key is not the one
    // that the database was set up with.
    void start();

    // A new set-up token while there is no active administrator; nullopt otherwise.
    std::optional<std::string> ensure_setup_token();

    BearerAuthenticator& authenticator() { return authenticator_; }

    // Writes down when this process last saw which API key; for a timer, on every replica.
    void write_key_uses();

    // Removes some of what has had its time (sessions, codes, counts, keys), in short transactions; for a
    // timer. True when there may be more.
    bool purge_expired();

    // For the command line; each is recorded as its act. Problem `invalid` or `conflict` as the API would
    // answer, `not_found` for a username that nobody has.
    Result<User> create_user(NewUser const& user);
    void for_each_user(std::function<void(User const&)> const& visit);  // by name, one in memory at a time
    Result<User> set_disabled(std::string_view username, bool disabled);
    Result<User> set_role(std::string_view username, Role role);
    Result<User> set_password(std::string_view username, Secret const& password);
    KeyRing::Successor rotate_keys();

    // For a master key that was lost: gives up what the present one does not open. See KeyRing and
    // SecondFactor.
    struct Discarded {
        std::vector<std::string> signing_keys;
        std::vector<User> without_second_factor;
    };
    Discarded discard_unreadable();

    // The parts, for the routes.
    IdentitySettings const& settings() const { return settings_; }
    Throttle const& throttle() const { return throttle_; }
    KeyRing& keys() { return keys_; }
    Sessions& sessions() { return sessions_; }
    Accounts const& accounts() const { return accounts_; }
    SecondFactor const& second_factor() const { return second_factor_; }

  private:
    Actor operating_as(Via via, std::string name);

    template <class F>
    Result<User> change_user(std::string_view username, std::optional<std::string> const& new_hash, F change);

    Database& database_;
    Clock const& clock_;
    IdSource& ids_;
    IdentitySettings const settings_;
    Throttle const throttle_;
    KeyRing keys_;
    SessionCache session_cache_;
    KeyUses key_uses_;
    Sessions sessions_;
    Accounts const accounts_;
    SecondFactor const second_factor_;
    BearerAuthenticator authenticator_;
};

}  // namespace securestack
