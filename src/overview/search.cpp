#include "overview/search.hpp"

#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "backups/task.hpp"
#include "core/encoding.hpp"
#include "http/router.hpp"
#include "identity/team.hpp"
#include "identity/user.hpp"
#include "incidents/access.hpp"
#include "incidents/incident.hpp"
#include "overview/readable.hpp"
#include "overview/routes.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

namespace json = boost::json;

constexpr std::int64_t usual_results = 5;
constexpr std::int64_t most_results = 20;

// A kind of object: its list, who may read it, and which of its members a menu shows.
struct Kind {
    FoundKind type;
    Schema const& (*schema)();
    std::string_view path;
    Permission permission;
    Scope (*scope)(Principal const& principal);
    std::string_view name;
    std::string_view detail;
    std::string_view status;
};

// Users and teams are for those who see all of them.
Scope everything(Principal const&) {
    return {};
}

std::array<Kind, 5> const& kinds() {
    using enum Permission;
    static std::array<Kind, 5> const all{
        Kind{FoundKind::server, schema_of<Server>, "/api/servers", servers_read, readable_servers, "name",
             "hostname", "status"},
        Kind{FoundKind::backup, schema_of<BackupTask>, "/api/backups", backups_read, readable_backups, "name",
             "kind", "state"},
        Kind{FoundKind::incident, schema_of<Incident>, "/api/incidents", incidents_read, visible_incidents,
             "title", "severity", "status"},
        Kind{FoundKind::user, schema_of<User>, "/api/users", users_read, everything, "username",
             "display_name", "role"},
        Kind{FoundKind::team, schema_of<Team>, "/api/teams", teams_read, everything, "name", "description",
             ""}};
    return all;
}

bool is_for(Kind const& kind, Principal const& principal) {
    bool const by_all = kind.type != FoundKind::user && kind.type != FoundKind::team;
    return may(principal, kind.permission) && (by_all || sees_everything(principal));
}

std::string text_of_member(json::object const& row, std::string_view name) {
    auto const* value = row.if_contains(name);
    auto const* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
}

Found found_of(Kind const& kind, json::object const& row) {
    Found found;
    found.id = Id::parse(text_of_member(row, "id")).value();
    found.name = text_of_member(row, kind.name);
    found.detail = text_of_member(row, kind.detail);
    found.status = text_of_member(row, kind.status);
    found.url = std::string{kind.path} + "/" + found.id.to_string();
    return found;
}

struct Question {
    std::string q;
    std::int64_t limit = usual_results;
};

Result<FoundGroup> find(Tx& tx, Context const& context, Kind const& kind, Question const& question) {
    auto const query = parse_list_query(
        kind.schema(), {{"q", question.q}, {"limit", std::to_string(question.limit)}}, context.cursors);
    if (!query) return query.error();
    auto const page = fetch_page(tx, *query, kind.scope(context.principal));
    FoundGroup group{.type = kind.type,
                     .results = {},
                     .more = page.next.has_value(),
                     .url = std::string{kind.path} + "?q=" + percent_encode(question.q)};
    for (auto const& row : page.rows) {
        group.results.push_back(found_of(kind, parse_json(*row).value().as_object()));
    }
    return group;
}

Problem wrong(std::string name, std::string detail) {
    Problem problem{ErrorCode::malformed, "Query parameter " + name + ": " + detail};
    problem.errors.push_back({std::move(name), "format", std::move(detail)});
    return problem;
}

Result<Question> read_question(Context const& context) {
    auto const parameters = context.request.query();
    if (!parameters) return parameters.error();
    Question question;
    for (auto const& [name, value] : *parameters) {
        if (name == "q") {
            question.q = value;
            continue;
        }
        auto const [end, fault] = std::from_chars(value.data(), value.data() + value.size(), question.limit);
        bool const is_number = fault == std::errc{} && end == value.data() + value.size();
        if (!is_number || question.limit < 1 || question.limit > most_results)
            return wrong("limit", "must be a number from 1 to 20");
    }
    // What is invisible is no part of a word, and goes when it is folded.
    if (auto const folded = fold_case(question.q);
        folded && folded->find_first_not_of(" \t\r\n") == std::string::npos)
        return wrong("q", "must have at least one word");
    return question;
}

Result<Entity<SearchAnswer>> search(Tx& tx, Context const& context) {
    auto const question = read_question(context);
    if (!question) return question.error();
    SearchAnswer answer;
    answer.q = question->q;
    for (auto const& kind : kinds()) {
        if (!is_for(kind, context.principal)) continue;
        auto group = find(tx, context, kind, *question);
        if (!group) return group.error();
        if (!group->results.empty()) answer.groups.push_back(*std::move(group));
    }
    return Entity<SearchAnswer>{std::move(answer)};
}

}  // namespace

template <>
Schema const& schema_of<Found>() {
    static constexpr auto fields = fields_of<Found>(
        field<&Found::id>("id").read_only(), field<&Found::name>("name").read_only().sample(R"("db-1")"),
        field<&Found::detail>("detail").read_only().doc("A second line: a host name, a severity."),
        field<&Found::status>("status").read_only(), field<&Found::url>("url").read_only());
    static constexpr Schema schema{.name = "Found", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<FoundGroup>() {
    static constexpr auto fields = fields_of<FoundGroup>(
        field<&FoundGroup::type>("type").read_only(), field<&FoundGroup::results>("results").read_only(),
        field<&FoundGroup::more>("more").read_only().doc("Whether the list at `url` has more than these."),
        field<&FoundGroup::url>("url").read_only());
    static constexpr Schema schema{.name = "FoundGroup", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<SearchAnswer>() {
    static constexpr auto fields = fields_of<SearchAnswer>(
        field<&SearchAnswer::q>("q").read_only(), field<&SearchAnswer::groups>("groups").read_only());
    static constexpr Schema schema{.name = "SearchAnswer", .fields = fields};
    return schema;
}

void add_search_route(Router& router) {
    router.get("/api/search", allow(Permission::servers_read), search)
        .query("q", "Words, all of which must be found; up to 8 words and 200 characters", true)
        .query("limit", "At most so many of each kind, 1 to 20 (5 by default)")
        .operation("search")
        .summary("Look for words in everything that you may see")
        .description(
            "Servers, backups and incidents; for administrators and auditors also users and teams. Grouped "
            "by kind, and only kinds in which something was found.")
        .tag("Overview");
}

}  // namespace securestack
