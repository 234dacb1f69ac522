#include "incidents/statistics.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "resource/condition.hpp"

namespace securestack {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

// 1 January 1970 was a Thursday: three days after a Monday.
constexpr days into_the_week{3};

microseconds shift_of(Period period) {
    return period == Period::week ? microseconds{into_the_week} : microseconds{0};
}

std::int64_t bucket_of(Period period, Time time) {
    return (time.time_since_epoch() + shift_of(period)) / length_of(period);
}

Time begin_of_bucket(Period period, std::int64_t bucket) {
    return Time{bucket * length_of(period) - shift_of(period)};
}

std::string bucket_expression(Period period) {
    return "(opened_at + " + std::to_string(shift_of(period).count()) + ") / " +
           std::to_string(length_of(period).count());
}

// The rows that are counted: those in the scope, opened in a range of time, perhaps of one severity only.
struct Part {
    Scope const& scope;
    Time from{};
    Time to{};
    std::optional<Severity> severity = {};
};

Sql rows_of(Part const& part, std::string_view columns) {
    Sql sql;
    for (auto const& condition : disjoint_conditions(part.scope)) {
        sql.add(sql.empty() ? "SELECT " : " UNION ALL SELECT ").add(columns);
        sql.add(" FROM incidents WHERE ").append(condition);
        sql.add(" AND opened_at >= ").bind(part.from).add(" AND opened_at < ").bind(part.to);
        // The plus keeps the planner from an index by severity: the one by time holds all that is looked at.
        if (part.severity) sql.add(" AND +severity = ").bind(static_cast<std::int64_t>(*part.severity));
    }
    return sql;
}

struct Sums {
    IncidentFigures figures;
    std::int64_t to_acknowledge = 0;  // seconds, of all together
    std::int64_t to_resolve = 0;
};

// One row of the counts: severity, bucket, status, and how many rows and seconds.
void count(Row const& row, Sums& sums) {
    auto& figures = sums.figures;
    auto const rows = row.integer(3);
    figures.count += rows;
    auto const status = choice_of<IncidentStatus>(row.text(2));
    if (status == IncidentStatus::open) figures.open += rows;
    if (status == IncidentStatus::acknowledged) figures.acknowledged += rows;
    if (status == IncidentStatus::resolved) figures.resolved += rows;
    figures.time_to_acknowledge.count += row.integer(4);
    sums.to_acknowledge += row.integer(5);
    figures.time_to_resolve.count += row.integer(6);
    sums.to_resolve += row.integer(7);
}

struct Counts {
    Sums total;
    std::array<Sums, choices<Severity>.size()> severities;
    std::map<std::int64_t, Sums> buckets;
};

Counts counts_of(Tx& tx, Part const& part, std::optional<Period> period) {
    Sql sql;
    sql.add("SELECT severity, bucket, status, count(*), ");
    sql.add(
        "count(acknowledged_after_seconds), CAST(coalesce(sum(acknowledged_after_seconds), 0) AS bigint), ");
    sql.add("count(resolved_after_seconds), CAST(coalesce(sum(resolved_after_seconds), 0) AS bigint) FROM (");
    auto const bucket = period ? bucket_expression(*period) : std::string{"0"};
    sql.append(rows_of(part, "severity, " + bucket +
                                 " AS bucket, status, acknowledged_after_seconds, resolved_after_seconds"));
    sql.add(") counted GROUP BY severity, bucket, status");
    Counts counts;
    tx.query(sql.text(), sql.params(), [&](Row const& row) {
        count(row, counts.total);
        count(row, counts.severities.at(static_cast<std::size_t>(row.integer(0))));
        count(row, counts.buckets[row.integer(1)]);
    });
    return counts;
}

// The nearest rank from above: the database keeps the 20th part of the rows in order, and no more.
std::optional<std::int64_t> p95_of(Tx& tx, Part const& part, std::string_view column, std::int64_t rows) {
    if (rows == 0) return std::nullopt;
    auto const rank = (rows * 95 + 99) / 100;
    Sql sql;
    sql.add("SELECT ").add(column).add(" FROM (").append(rows_of(part, column)).add(") ranked WHERE ");
    sql.add(column).add(" IS NOT NULL ORDER BY ").add(column).add(" DESC LIMIT 1 OFFSET ").bind(rows - rank);
    std::optional<std::int64_t> found;
    tx.query(sql.text(), sql.params(), [&](Row const& row) { found = row.integer(0); });
    return found;
}

void complete(Tx& tx, Part const& part, std::string_view column, std::int64_t seconds,
              DurationStatistics& durations) {
    if (durations.count == 0) return;
    durations.mean_seconds = seconds / durations.count;
    durations.p95_seconds = p95_of(tx, part, column, durations.count);
}

IncidentFigures figures_of(Tx& tx, Part const& part, Sums const& sums) {
    auto figures = sums.figures;
    complete(tx, part, "acknowledged_after_seconds", sums.to_acknowledge, figures.time_to_acknowledge);
    complete(tx, part, "resolved_after_seconds", sums.to_resolve, figures.time_to_resolve);
    return figures;
}

}  // namespace

microseconds length_of(Period period) {
    return period == Period::week ? microseconds{days{7}} : microseconds{days{1}};
}

Time begin_of(Period period, Time time) {
    return begin_of_bucket(period, bucket_of(period, time));
}

IncidentStatistics incident_statistics(Tx& tx, Scope const& scope, Time from, Time to,
                                       std::optional<Period> period) {
    Part const whole{scope, from, to};
    auto counts = counts_of(tx, whole, period);
    IncidentStatistics statistics;
    statistics.from = from;
    statistics.to = to;
    statistics.total = figures_of(tx, whole, counts.total);
    for (std::size_t rank = 0; rank < counts.severities.size(); ++rank) {
        auto const severity = static_cast<Severity>(rank);
        statistics.severities.push_back(
            {severity, figures_of(tx, Part{scope, from, to, severity}, counts.severities.at(rank))});
    }
    if (!period) return statistics;
    auto const last = bucket_of(*period, to - microseconds{1});
    for (auto bucket = bucket_of(*period, from); bucket <= last; ++bucket) {
        PeriodFigures one{begin_of_bucket(*period, bucket), begin_of_bucket(*period, bucket + 1), {}};
        Part const part{scope, std::max(from, one.from), std::min(to, one.to)};
        one.figures = figures_of(tx, part, counts.buckets[bucket]);
        statistics.periods.push_back(one);
    }
    return statistics;
}

template <>
Schema const& schema_of<DurationStatistics>() {
    static constexpr auto fields = fields_of<DurationStatistics>(
        field<&DurationStatistics::count>("count").read_only().doc("How many incidents it is taken from."),
        field<&DurationStatistics::mean_seconds>("mean_seconds").read_only(),
        field<&DurationStatistics::p95_seconds>("p95_seconds")
            .read_only()
            .doc("95 of 100 took no longer (nearest rank)."));
    static constexpr Schema schema{.name = "DurationStatistics", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<IncidentFigures>() {
    static constexpr auto fields = fields_of<IncidentFigures>(
        field<&IncidentFigures::count>("count").read_only(),
        field<&IncidentFigures::open>("open").read_only().doc("How many of them are open now."),
        field<&IncidentFigures::acknowledged>("acknowledged").read_only(),
        field<&IncidentFigures::resolved>("resolved").read_only(),
        field<&IncidentFigures::time_to_acknowledge>("time_to_acknowledge")
            .read_only()
            .doc("MTTA: from opening to the first acknowledgement, where there was one."),
        field<&IncidentFigures::time_to_resolve>("time_to_resolve")
            .read_only()
            .doc("MTTR: from opening to the resolution, of those that are resolved."));
    static constexpr Schema schema{.name = "IncidentFigures", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<SeverityFigures>() {
    static constexpr auto fields =
        fields_of<SeverityFigures>(field<&SeverityFigures::severity>("severity").read_only(),
                                   field<&SeverityFigures::figures>("figures").read_only());
    static constexpr Schema schema{.name = "SeverityFigures", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<PeriodFigures>() {
    static constexpr auto fields = fields_of<PeriodFigures>(
        field<&PeriodFigures::from>("from").read_only(),
        field<&PeriodFigures::to>("to").read_only().doc("Where the next one begins."),
        field<&PeriodFigures::figures>("figures").read_only());
    static constexpr Schema schema{.name = "PeriodFigures", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<IncidentStatistics>() {
    static constexpr auto fields = fields_of<IncidentStatistics>(
        field<&IncidentStatistics::from>("from").read_only(),
        field<&IncidentStatistics::to>("to").read_only(),
        field<&IncidentStatistics::total>("total").read_only(),
        field<&IncidentStatistics::severities>("severities").read_only().doc("All of them, the worst first."),
        field<&IncidentStatistics::periods>("periods").read_only().doc(
            "With ?period=: each day, or each week from its Monday (UTC), also those without incidents. The "
            "first and the last are cut to the range."));
    static constexpr Schema schema{.name = "IncidentStatistics", .fields = fields};
    return schema;
}

}  // namespace securestack
