// Logins and their refresh tokens. A session is the family of the tokens that follow from one login: one of
// them is unused, and the use of any other but the last used one ends the session (RFC 9700 §4.14.2).
#pragma once

#include <optional>
#include <string>

#include "http/context.hpp"
#include "identity/documents.hpp"
#include "identity/key_ring.hpp"
#include "identity/refresh_token.hpp"
#include "identity/session_cache.hpp"
#include "identity/settings.hpp"

namespace securestack {

struct Session {
    Id id{};
    User user;
    bool alive = false;  // neither ended nor expired, and its user is not disabled
};

class Sessions {
  public:
    Sessions(IdentitySettings const& settings, MasterKey const& master, KeyRing& keys, SessionCache& cache);

    // A new session for `user`, and its first tokens.
    struct Started {
        Id id{};
        TokenPair tokens;
    };
    Started start(Tx& tx, Context const& context, User const& user);

    // What became of a refresh token.
    enum class Use {
        rotated,   // `tokens` is the next pair
        repeated,  // `tokens` holds the same refresh token as before: the client did not get its answer
        reused,    // somebody else has used it since: the session was ended
        refused    // no such token, or its session is over
    };
    struct Refreshed {
        Use use = Use::refused;
        std::optional<Session> session;  // when the token is known
        TokenPair tokens;
    };
    Refreshed refresh(Tx& tx, Context const& context, std::string const& token);

    // The session that a refresh token belongs to, whether the token was used or not.
    std::optional<Session> find(Tx& tx, std::string_view token, Time now) const;

    void end(Tx& tx, Id session, Time now);
    // All sessions of a user but `kept`, which may be nil.
    void end_all(Tx& tx, Id user, Id kept, Time now);

    // Removes some of the tokens and sessions that were over at `due`, a short transaction's worth; true when
    // there may be more.
    static bool purge(Tx& tx, Time due);

    SessionCache& cache() { return cache_; }

  private:
    struct Stored;
    TokenPair pair(Tx& tx, Context const& context, User const& user, Id session, std::string refresh);
    std::optional<std::string> next_token(Tx& tx, std::string const& token, Stored const& stored, Id session,
                                          Time now) const;

    IdentitySettings settings_;
    RefreshTokens refresh_tokens_;
    KeyRing& keys_;
    SessionCache& cache_;
};

}  // namespace securestack
