#include "overview/summary.hpp"

#include "audit/audit_record.hpp"
#include "backups/task.hpp"
#include "http/router.hpp"
#include "incidents/access.hpp"
#include "overview/readable.hpp"
#include "overview/routes.hpp"
#include "resource/condition.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

constexpr std::int64_t recent_acts = 10;

// Which member counts a value.
template <class Numbers>
struct Counter {
    std::string_view value;
    std::int64_t Numbers::*member;
};

template <class Numbers, std::size_t N>
void add(Numbers& numbers, Counter<Numbers> const (&counters)[N], std::string_view value,
         std::int64_t count) {
    for (auto const& each : counters) {
        if (each.value == value) numbers.*each.member += count;
    }
}

// Runs "SELECT values…, counts… GROUP BY values" over the rows of each alternative of a scope.
template <class Each>
void count_by(Tx& tx, std::string_view columns, std::string_view counts, std::string_view table,
              Scope const& scope, Each const& each) {
    for (auto const& condition : disjoint_conditions(scope)) {
        Sql sql;
        sql.add("SELECT ").add(columns).add(", ").add(counts).add(" FROM ").add(table);
        sql.add(" WHERE ").append(condition).add(" GROUP BY ").add(columns);
        tx.query(sql.text(), sql.params(), each);
    }
}

ServerNumbers count_servers(Tx& tx, Principal const& principal) {
    static constexpr Counter<ServerNumbers> counters[] = {{"active", &ServerNumbers::active},
                                                          {"maintenance", &ServerNumbers::maintenance},
                                                          {"offline", &ServerNumbers::offline}};
    ServerNumbers numbers;
    count_by(tx, "status", "count(*)", "servers", readable_servers(principal), [&](Row const& row) {
        numbers.total += row.integer(1);
        add(numbers, counters, row.text(0), row.integer(1));
    });
    return numbers;
}

BackupNumbers count_backups(Tx& tx, Principal const& principal) {
    static constexpr Counter<BackupNumbers> counters[] = {
        {"pending", &BackupNumbers::pending},     {"running", &BackupNumbers::running},
        {"succeeded", &BackupNumbers::succeeded}, {"failed", &BackupNumbers::failed},
        {"overdue", &BackupNumbers::overdue},     {"paused", &BackupNumbers::paused}};
    BackupNumbers numbers;
    auto const each = [&](Row const& row) {
        auto const tasks = row.integer(1);
        numbers.total += tasks;
        numbers.unproven += tasks - row.integer(2);
        add(numbers, counters, row.text(0), tasks);
    };
    count_by(tx, "state", "count(*), count(proven_at)", "backups", readable_backups(principal), each);
    return numbers;
}

// The statuses are named, so that the index by status serves: nearly all incidents are resolved.
IncidentNumbers count_incidents(Tx& tx, Principal const& principal) {
    static constexpr Counter<IncidentNumbers> by_status[] = {
        {"open", &IncidentNumbers::open}, {"acknowledged", &IncidentNumbers::acknowledged}};
    static constexpr Counter<IncidentNumbers> by_severity[] = {{"critical", &IncidentNumbers::critical},
                                                               {"high", &IncidentNumbers::high},
                                                               {"medium", &IncidentNumbers::medium},
                                                               {"low", &IncidentNumbers::low},
                                                               {"info", &IncidentNumbers::info}};
    IncidentNumbers numbers;
    auto scope = visible_incidents(principal);
    scope.require(Sql{}.add("status IN ('open', 'acknowledged')"));
    count_by(tx, "status, severity", "count(*)", "incidents", scope, [&](Row const& row) {
        auto const count = row.integer(2);
        numbers.total += count;
        add(numbers, by_status, row.text(0), count);
        add(numbers, by_severity, detail::ranked_choice(row, 1, choices<Severity>), count);
    });
    return numbers;
}

std::vector<RecentAct> latest_acts(Tx& tx, Principal const& principal) {
    Sql rest;
    if (!sees_everything(principal)) rest.add("WHERE actor_id = ").bind(principal.user).add(" ");
    rest.add("ORDER BY at DESC, id DESC LIMIT ").bind(recent_acts);
    std::vector<RecentAct> acts;
    Table<AuditRecord>(tx).for_each(rest, [&](AuditRecord const& record) {
        acts.push_back({.id = record.id,
                        .at = record.at,
                        .actor = record.actor.name.value_or(""),
                        .action = record.action,
                        .object_type = record.object.type,
                        .object_id = record.object.id.value_or(""),
                        .object_name = record.object.name.value_or(""),
                        .outcome = std::string{choice_name(record.outcome)}});
    });
    return acts;
}

Result<Entity<Summary>> summarise(Tx& tx, Context const& context) {
    using enum Permission;
    auto const& principal = context.principal;
    Summary summary;
    summary.at = context.now;
    if (may(principal, servers_read)) summary.servers = count_servers(tx, principal);
    if (may(principal, backups_read)) summary.backups = count_backups(tx, principal);
    if (may(principal, incidents_read)) summary.incidents = count_incidents(tx, principal);
    if (may(principal, audit_read)) summary.acts = latest_acts(tx, principal);
    return Entity<Summary>{std::move(summary)};
}

}  // namespace

template <>
Schema const& schema_of<ServerNumbers>() {
    static constexpr auto fields =
        fields_of<ServerNumbers>(field<&ServerNumbers::total>("total").read_only(),
                                 field<&ServerNumbers::active>("active").read_only(),
                                 field<&ServerNumbers::maintenance>("maintenance").read_only(),
                                 field<&ServerNumbers::offline>("offline").read_only());
    static constexpr Schema schema{.name = "ServerNumbers", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<BackupNumbers>() {
    using B = BackupNumbers;
    static constexpr auto fields =
        fields_of<B>(field<&B::total>("total").read_only(), field<&B::pending>("pending").read_only(),
                     field<&B::running>("running").read_only(), field<&B::succeeded>("succeeded").read_only(),
                     field<&B::failed>("failed").read_only(), field<&B::overdue>("overdue").read_only(),
                     field<&B::paused>("paused").read_only(),
                     field<&B::unproven>("unproven").read_only().doc("Never restored with success."));
    static constexpr Schema schema{.name = "BackupNumbers", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<IncidentNumbers>() {
    using I = IncidentNumbers;
    static constexpr auto fields = fields_of<I>(
        field<&I::total>("total").read_only(), field<&I::open>("open").read_only(),
        field<&I::acknowledged>("acknowledged").read_only(), field<&I::critical>("critical").read_only(),
        field<&I::high>("high").read_only(), field<&I::medium>("medium").read_only(),
        field<&I::low>("low").read_only(), field<&I::info>("info").read_only());
    static constexpr Schema schema{
        .name = "IncidentNumbers", .fields = fields, .documentation = "Of those that are not resolved."};
    return schema;
}

template <>
Schema const& schema_of<RecentAct>() {
    using A = RecentAct;
    static constexpr auto fields = fields_of<A>(
        field<&A::id>("id").read_only(), field<&A::at>("at").read_only(),
        field<&A::actor>("actor").read_only(), field<&A::action>("action").read_only(),
        field<&A::object_type>("object_type").read_only(), field<&A::object_id>("object_id").read_only(),
        field<&A::object_name>("object_name").read_only(), field<&A::outcome>("outcome").read_only());
    static constexpr Schema schema{.name = "RecentAct", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<Summary>() {
    static constexpr auto fields = fields_of<Summary>(
        field<&Summary::at>("at").read_only(), field<&Summary::servers>("servers").read_only(),
        field<&Summary::backups>("backups").read_only(), field<&Summary::incidents>("incidents").read_only(),
        field<&Summary::acts>("acts").read_only().doc("The latest entries of the audit log, of those that "
                                                      "you may read there; null for an API key without "
                                                      "the scope audit:read."));
    static constexpr Schema schema{.name = "Summary", .fields = fields};
    return schema;
}

void add_summary_route(Router& router) {
    router.get("/api/summary", allow(Permission::servers_read), summarise)
        .operation("getSummary")
        .summary("The numbers of the first screen")
        .description(
            "Servers by status, backups by state, unresolved incidents by severity, and the latest acts: of "
            "what you may see. A part that an API key has no scope for is null.")
        .tag("Overview");
}

}  // namespace securestack
