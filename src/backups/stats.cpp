#include "backups/stats.hpp"

#include <algorithm>
#include <cmath>

#include "backups/routes.hpp"
#include "http/router.hpp"
#include "resource/wording.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::days usual_period{30};
constexpr std::chrono::days longest_period{732};

// The index by task or server goes on by id, so that it serves the period too.
Sql in_period(Sql const& which, Time from, Time to) {
    Sql sql;
    sql.add(" FROM runs WHERE ").append(which).add(" AND id >= ").bind(first_run_id(from));
    sql.add(" AND id < ").bind(first_run_id(to)).add(" AND kind = 'backup'");
    return sql;
}

// Sums are of doubles: no number of reports makes them overflow.
std::int64_t whole(double sum) {
    constexpr double most = 9e18;
    return std::llround(std::min(sum, most));
}

void count(Tx& tx, Sql const& rows, RunStatistics& result) {
    auto const sql = Sql{}
                         .add(
                             "SELECT state, count(*), coalesce(sum(CAST(bytes_added AS double precision)), "
                             "0), max(duration_seconds)")
                         .append(rows)
                         .add(" AND state IN ('succeeded', 'failed', 'lost') GROUP BY state");
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        auto const state = row.text(0);
        auto const number = row.integer(1);
        result.runs += number;
        result.bytes_added += whole(row.real(2));
        (state == "succeeded" ? result.succeeded : state == "failed" ? result.failed : result.lost) = number;
        if (state == "succeeded" && !row.is_null(3)) result.duration_max_seconds = row.integer(3);
    });
    if (result.runs > 0)
        result.success_rate = static_cast<double>(result.succeeded) / static_cast<double>(result.runs);
}

// The smallest duration that so many of a hundred successful runs do not exceed.
std::optional<std::int64_t> percentile(Tx& tx, Sql const& rows, std::int64_t percent) {
    auto const sql =
        Sql{}
            .add(
                "SELECT min(duration_seconds) FROM (SELECT duration_seconds, row_number() OVER "
                "(ORDER BY duration_seconds) AS place, count(*) OVER () AS total")
            .append(rows)
            .add(
                " AND state = 'succeeded' AND duration_seconds IS NOT NULL) ranked WHERE place * "
                "100 >= total * ")
            .bind(percent);
    std::optional<std::int64_t> found;
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        if (!row.is_null(0)) found = row.integer(0);
    });
    return found;
}

// Of each task the first and the last success that tells its size.
void measure(Tx& tx, Sql const& rows, RunStatistics& result) {
    auto const sql =
        Sql{}
            .add(
                "SELECT sum(CASE WHEN forth = 1 THEN CAST(bytes_processed AS double precision) END), "
                "sum(CASE WHEN back = 1 THEN CAST(bytes_processed AS double precision) END), min(queued_at), "
                "max(queued_at) FROM (SELECT bytes_processed, queued_at, "
                "row_number() OVER (PARTITION BY task ORDER BY id) AS forth, "
                "row_number() OVER (PARTITION BY task ORDER BY id DESC) AS back")
            .append(rows)
            .add(
                " AND state = 'succeeded' AND bytes_processed IS NOT NULL) ends WHERE forth = 1 OR back = 1");
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        if (row.is_null(0) || row.is_null(1)) return;
        result.first_bytes = whole(row.real(0));
        result.last_bytes = whole(row.real(1));
        result.growth_bytes = *result.last_bytes - *result.first_bytes;
        auto const days = std::chrono::duration<double, std::chrono::days::period>(row.time(3) - row.time(2));
        if (days.count() > 0)
            result.growth_bytes_per_day = static_cast<double>(*result.growth_bytes) / days.count();
    });
}

struct Period {
    Time from{};
    Time to{};
};

Result<Period> period_of(Context const& context) {
    std::optional<Time> from;
    std::optional<Time> to;
    Problem problem{ErrorCode::malformed, "The period is not valid."};
    // The dispatcher has read it once: it is well-formed.
    for (auto const& [name, value] : context.request.query().value()) {
        auto const time = parse_time(value);
        if (!time) problem.errors.push_back({name, "format", "must be " + expected_time(value)});
        (name == "from" ? from : to) = time;
    }
    if (!problem.errors.empty()) return problem;
    Period period{.from = {}, .to = to.value_or(context.now + 1ms)};
    period.from = from.value_or(period.to - usual_period);
    if (period.from < period.to && period.to - period.from <= longest_period) return period;
    problem.errors.push_back({"from", "range", "must be before `to`, by two years at most"});
    return problem;
}

Result<Entity<RunStatistics>> statistics(Tx& tx, Context const& context, std::string_view column, Id id) {
    auto const period = period_of(context);
    if (!period) return period.error();
    auto const which = Sql{}.add(column).add(" = ").bind(id);
    return Entity<RunStatistics>{run_statistics(tx, which, period->from, period->to)};
}

Result<Entity<RunStatistics>> of_task(Tx& tx, Context const& context, Id id) {
    if (auto const task = find_task(tx, context, id, Reach::read); !task) return task.error();
    return statistics(tx, context, "task", id);
}

Result<Entity<RunStatistics>> of_server(Tx& tx, Context const& context, Id id) {
    if (auto const server = find_server(tx, context, id); !server) return server.error();
    return statistics(tx, context, "server", id);
}

}  // namespace

template <>
Schema const& schema_of<RunStatistics>() {
    using T = RunStatistics;
    static constexpr auto fields = fields_of<T>(
        field<&T::from>("from").read_only(), field<&T::to>("to").read_only(),
        field<&T::runs>("runs").read_only().doc("That ended, or were given up, in the period."),
        field<&T::succeeded>("succeeded").read_only(), field<&T::failed>("failed").read_only(),
        field<&T::lost>("lost").read_only(),
        field<&T::success_rate>("success_rate").read_only().doc("From 0 to 1; null without runs."),
        field<&T::duration_p50_seconds>("duration_p50_seconds").read_only(),
        field<&T::duration_p95_seconds>("duration_p95_seconds").read_only(),
        field<&T::duration_max_seconds>("duration_max_seconds").read_only(),
        field<&T::bytes_added>("bytes_added").read_only(),
        field<&T::first_bytes>("first_bytes")
            .read_only()
            .doc("Processed by the first success of the period that says so."),
        field<&T::last_bytes>("last_bytes").read_only().doc("And by the last."),
        field<&T::growth_bytes>("growth_bytes").read_only(),
        field<&T::growth_bytes_per_day>("growth_bytes_per_day").read_only());
    static constexpr Schema schema{
        .name = "RunStatistics", .fields = fields, .documentation = "How the backup runs of a period went."};
    return schema;
}

RunStatistics run_statistics(Tx& tx, Sql const& which, Time from, Time to) {
    RunStatistics result;
    result.from = from;
    result.to = to;
    auto const rows = in_period(which, from, to);
    count(tx, rows, result);
    result.duration_p50_seconds = percentile(tx, rows, 50);
    result.duration_p95_seconds = percentile(tx, rows, 95);
    measure(tx, rows, result);
    return result;
}

void add_stats_routes(Router& router) {
    using enum Permission;
    auto const describe = [](RouteRef route) {
        return route.reach(Reach::read)
            .tag("Backups")
            .query("from", "Begin of the period; 30 days before its end when it is left out.")
            .query("to", "End of the period, not part of it; now when it is left out.");
    };
    describe(router.get("/api/backups/{id}/stats", allow(backups_read), of_task))
        .operation("getBackupStats")
        .summary("How the runs of a backup task went over a period");
    describe(router.get("/api/servers/{id}/backups/stats", allow(backups_read), of_server))
        .operation("getServerBackupStats")
        .summary("How the backup runs of a server went over a period");
}

}  // namespace securestack
