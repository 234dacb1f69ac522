#include "identity/sessions.hpp"

#include "identity/access_token.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// A client that lost the answer to its refresh asks again within this time.
constexpr std::chrono::seconds grace{10};

constexpr std::size_t longest_user_agent = 256;

Bytes digest_of(std::string_view token) {
    return RefreshTokens::digest(token).value();
}

std::string user_agent(Request const& request) {
    std::string text{request.headers.get("User-Agent").value_or("")};
    if (!is_utf8(text)) return {};
    text.resize(std::min(text.size(), longest_user_agent));
    while (!is_utf8(text)) text.pop_back();
    return text;
}

void insert_token(Tx& tx, Bytes const& digest, Id session, std::optional<Bytes> const& parent, Time now) {
    tx.execute("INSERT INTO refresh_tokens (digest, session_id, parent, created_at) VALUES ($1, $2, $3, $4)",
               {digest, session, parent, now});
}

}  // namespace

// A refresh token as the database knows it.
struct Sessions::Stored {
    Id session{};
    std::optional<Time> used_at;
    bool successor_used = false;
};

Sessions::Sessions(IdentitySettings const& settings, MasterKey const& master, KeyRing& keys,
                   SessionCache& cache)
    : settings_(settings), refresh_tokens_(master), keys_(keys), cache_(cache) {}

TokenPair Sessions::pair(Tx& tx, Context const& context, User const& user, Id session, std::string refresh) {
    auto const keys = keys_.get(tx, context.now);
    TokenPair tokens;
    tokens.access = make_access_token(keys->signing, settings_, user, session, context.new_id(), context.now);
    tokens.refresh = std::move(refresh);
    tokens.expires_in = settings_.access_lifetime.count();
    return tokens;
}

Sessions::Started Sessions::start(Tx& tx, Context const& context, User const& user) {
    auto const id = context.new_id();
    tx.execute(
        "INSERT INTO sessions (id, user_id, ip, user_agent, created_at, last_used_at, expires_at, over_at) "
        "VALUES ($1, $2, $3, $4, $5, $5, $6, $6)",
        {id, user.id, context.client().to_string(), user_agent(context.request), context.now,
         context.now + settings_.session_lifetime});
    auto refresh = refresh_tokens_.make();
    insert_token(tx, digest_of(refresh), id, std::nullopt, context.now);
    return {.id = id, .tokens = pair(tx, context, user, id, std::move(refresh))};
}

std::optional<Session> Sessions::find(Tx& tx, std::string_view token, Time now) const {
    auto const digest = RefreshTokens::digest(token);
    if (!digest) return std::nullopt;
    Id user{};
    auto session = tx.first(
        "SELECT s.id, s.user_id, s.ended_at, s.expires_at FROM refresh_tokens r "
        "JOIN sessions s ON s.id = r.session_id WHERE r.digest = $1",
        {*digest}, [&](Row const& row) {
            Session found;
            found.id = row.id(0);
            user = row.id(1);
            found.alive = row.is_null(2) && row.time(3) > now;
            return found;
        });
    if (!session) return std::nullopt;
    session->user = Table<User>(tx).find(user).value();  // sessions go with their user
    session->alive = session->alive && !session->user.disabled;
    return session;
}

std::optional<std::string> Sessions::next_token(Tx& tx, std::string const& token, Stored const& stored,
                                                Id session, Time now) const {
    auto next = refresh_tokens_.successor_of(token);
    if (stored.used_at) {
        bool const in_time = now - *stored.used_at <= grace;
        if (!in_time || stored.successor_used) return std::nullopt;
        return next;
    }
    auto const changed = tx.execute(
        "UPDATE refresh_tokens SET used_at = $2, successor = $3 WHERE digest = $1 AND used_at IS NULL",
        {digest_of(token), now, digest_of(next)});
    // Somebody else was first in between: run again, which finds the token used.
    if (changed != 1)
        throw DatabaseError(DatabaseError::Kind::serialization, "a refresh token was used meanwhile");
    insert_token(tx, digest_of(next), session, digest_of(token), now);
    return next;
}

Sessions::Refreshed Sessions::refresh(Tx& tx, Context const& context, std::string const& token) {
    Refreshed result;
    result.session = find(tx, token, context.now);
    if (!result.session || !result.session->alive) return result;
    auto const& session = *result.session;
    // Another replica, with another clock, may have used the token.
    auto const now = shared_now(tx, context.now);
    auto const stored = tx.first(
        "SELECT r.used_at, n.used_at FROM refresh_tokens r LEFT JOIN refresh_tokens n ON n.digest = "
        "r.successor WHERE r.digest = $1",
        {digest_of(token)}, [](Row const& row) {
            Stored found;
            if (!row.is_null(0)) found.used_at = row.time(0);
            found.successor_used = !row.is_null(1);
            return found;
        });
    auto next = next_token(tx, token, stored.value(), session.id, now);
    if (!next) {
        end(tx, session.id, context.now);
        result.use = Use::reused;
        return result;
    }
    result.use = stored->used_at ? Use::repeated : Use::rotated;
    if (result.use == Use::rotated) {
        tx.execute("UPDATE sessions SET last_used_at = $2 WHERE id = $1", {session.id, context.now});
    }
    result.tokens = pair(tx, context, session.user, session.id, *std::move(next));
    return result;
}

void Sessions::end(Tx& tx, Id session, Time now) {
    tx.execute("UPDATE sessions SET ended_at = $2, over_at = $2 WHERE id = $1 AND ended_at IS NULL",
               {session, now});
    tx.on_commit([this, session] { cache_.forget_session(session); });
}

void Sessions::end_all(Tx& tx, Id user, Id kept, Time now) {
    tx.execute(
        "UPDATE sessions SET ended_at = $3, over_at = $3 "
        "WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL",
        {user, kept, now});
    tx.on_commit([this, user] { cache_.forget_user(user); });
}

// A month's session has thousands of tokens: they go first, so that no statement is long.
bool Sessions::purge(Tx& tx, Time due) {
    constexpr std::int64_t most_sessions = 50;
    constexpr std::int64_t most_tokens = 1'000;
    auto const tokens = tx.execute(
        "DELETE FROM refresh_tokens WHERE digest IN (SELECT digest FROM refresh_tokens WHERE session_id IN "
        "(SELECT id FROM sessions WHERE over_at <= $1 ORDER BY over_at, id LIMIT $2) LIMIT $3)",
        {due, most_sessions, most_tokens});
    if (tokens == most_tokens) return true;
    auto const sessions = tx.execute(
        "DELETE FROM sessions WHERE id IN "
        "(SELECT id FROM sessions WHERE over_at <= $1 ORDER BY over_at, id LIMIT $2)",
        {due, most_sessions});
    return sessions == most_sessions;
}

}  // namespace securestack
