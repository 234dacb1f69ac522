#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"

namespace securestack {

// A login that is not over, as its user sees it.
struct OwnSession {
    Id id{};
    std::string ip;
    std::string user_agent;
    Time created_at{};
    Time last_used_at{};
    Time expires_at{};
};

template <>
Schema const& schema_of<OwnSession>() {
    static constexpr auto fields = fields_of<OwnSession>(
        field<&OwnSession::id>("id").read_only().doc("`sid` in the access tokens of this session."),
        field<&OwnSession::ip>("ip").read_only().doc("Where the login came from."),
        field<&OwnSession::user_agent>("user_agent").read_only(),
        field<&OwnSession::created_at>("created_at").read_only(),
        field<&OwnSession::last_used_at>("last_used_at")
            .read_only()
            .doc("When its tokens were last refreshed."),
        field<&OwnSession::expires_at>("expires_at").read_only());
    static constexpr Schema schema{.name = "Session",
                                   .table = "sessions",
                                   .fields = fields,
                                   .default_sort = "-id",
                                   .documentation = "A login that is not over."};
    return schema;
}

namespace {

// Ids grow with time: the newest comes first, by the index of a user's sessions.
Result<Scope> own_sessions(Tx&, Context const& context) {
    return Scope{std::move(Sql{}
                               .add("user_id = ")
                               .bind(context.principal.user)
                               .add(" AND ended_at IS NULL AND expires_at > ")
                               .bind(context.now))};
}

Result<NoContent> end_session(Identity& identity, Tx& tx, Context const& context, Id id) {
    auto const found = tx.first(
        "SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3",
        {id, context.principal.user, context.now}, [](Row const&) { return true; });
    if (!found) return Problem{ErrorCode::not_found, "You have no session with this id."};
    identity.sessions().end(tx, id, context.now);
    record(tx, context, "session.end", {"session", id.to_string(), context.principal.name}, Outcome::success);
    return NoContent{};
}

}  // namespace

void add_session_routes(Router& router, Identity& identity) {
    auto const own = allow(Permission::account);
    router.list<OwnSession>("/api/auth/sessions", own, own_sessions)
        .operation("listSessions")
        .summary("Where you are logged in")
        .tag("Identity");
    router.del("/api/auth/sessions/{id}", own, bound(identity, end_session))
        .operation("endSession")
        .summary("End one of your sessions, everywhere within a second")
        .tag("Identity")
        .own();
}

}  // namespace securestack
