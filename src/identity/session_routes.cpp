#include <span>

#include <boost/json/serialize.hpp>

#include "http/bound.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "resource/document.hpp"

namespace securestack {

// A login that is not over, as its user sees it.
struct OwnSession {
    Id id{};
    std::string ip;
    std::string user_agent;
    Time created_at{};
    Time last_used_at{};
    Time expires_at{};
    bool current = false;
};

// The part of it that is a row.
struct StoredSession {};

namespace {

constexpr auto session_fields = fields_of<OwnSession>(
    field<&OwnSession::id>("id").read_only().doc("`sid` in the access tokens of this session."),
    field<&OwnSession::ip>("ip").read_only().doc("Where the login came from."),
    field<&OwnSession::user_agent>("user_agent").read_only(),
    field<&OwnSession::created_at>("created_at").read_only(),
    field<&OwnSession::last_used_at>("last_used_at").read_only().doc("When its tokens were last refreshed."),
    field<&OwnSession::expires_at>("expires_at").read_only(),
    field<&OwnSession::current>("current").read_only().doc("Whether it is the one that asks."));

}  // namespace

template <>
Schema const& schema_of<OwnSession>() {
    static constexpr Schema schema{
        .name = "Session", .fields = session_fields, .documentation = "A login that is not over."};
    return schema;
}

template <>
Schema const& schema_of<StoredSession>() {
    static constexpr Schema schema{.name = "Session",
                                   .table = "sessions",
                                   .fields = std::span{session_fields}.first(session_fields.size() - 1),
                                   .default_sort = "-id"};
    return schema;
}

namespace {

// Which session asks is in no column: the page is told when it is made. Exports are the rows alone.
void mark_current(Response& page, Id session) {
    auto document = parse_json(page.body).value();
    for (auto& row : document.at("results").as_array()) {
        auto& members = row.as_object();
        members["current"] = members.at("id").as_string() == session.to_string();
    }
    page.body = boost::json::serialize(document);
}

auto with_current(decltype(Route::bind) list) {
    return [list = std::move(list)](Context const& context, PathValues const& path) -> Result<Steps> {
        auto steps = list(context, path);
        if (!steps) return steps;
        auto& last = steps->back().run;
        last = [read = std::move(last)](Tx* tx, Context const& ctx) {
            auto answer = read(tx, ctx);
            if (answer && *answer && !(*answer)->stream) mark_current(**answer, ctx.principal.session);
            return answer;
        };
        return steps;
    };
}

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
    auto& list = router.list<StoredSession>("/api/auth/sessions", own, own_sessions)
                     .operation("listSessions")
                     .summary("Where you are logged in")
                     .tag("Identity")
                     .route();
    list.bind = with_current(std::move(list.bind));
    list.doc.answer = &schema_of<OwnSession>();
    router.del("/api/auth/sessions/{id}", own, bound(identity, end_session))
        .operation("endSession")
        .summary("End one of your sessions, everywhere within a second")
        .tag("Identity")
        .own();
}

}  // namespace securestack
