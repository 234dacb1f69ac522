#include "incidents/statistics.hpp"

#include <map>

#include "resource/sql.hpp"

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

// "WITH seen AS (…)": the rows that are counted, each once, with `grouping` as `part`. Every alternative of
// the scope is a range of its own index.
Sql seen(Scope const& scope, Time from, Time to, std::string_view grouping) {
    auto branches = scope.alternatives();
    if (branches.empty()) branches.emplace_back();
    Sql sql;
    sql.add("WITH seen AS (");
    for (std::size_t i = 0; i < branches.size(); ++i) {
        if (i > 0) sql.add(" UNION ");
        sql.add("SELECT id, ").add(grouping).add(" AS part, status, acknowledged_after_seconds, ");
        sql.add("resolved_after_seconds FROM incidents WHERE opened_at >= ").bind(from);
        sql.add(" AND opened_at < ").bind(to);
        if (!scope.common().empty()) sql.add(" AND ").append(scope.common());
        if (!branches[i].empty()) sql.add(" AND ").append(branches[i]);
    }
    sql.add(")");
    return sql;
}

using Parts = std::map<std::int64_t, IncidentFigures>;

void count_status(Row const& row, Parts& parts) {
    auto& figures = parts[row.integer(0)];
    auto const rows = row.integer(2);
    figures.count += rows;
    auto const status = choice_of<IncidentStatus>(row.text(1));
    if (status == IncidentStatus::open) figures.open += rows;
    if (status == IncidentStatus::acknowledged) figures.acknowledged += rows;
    if (status == IncidentStatus::resolved) figures.resolved += rows;
}

constexpr std::string_view durations_of_parts =
    ", spans AS ("
    "SELECT part, 0 AS measure, acknowledged_after_seconds AS span FROM seen "
    "WHERE acknowledged_after_seconds IS NOT NULL UNION ALL "
    "SELECT part, 1 AS measure, resolved_after_seconds AS span FROM seen "
    "WHERE resolved_after_seconds IS NOT NULL), "
    "ranked AS (SELECT part, measure, span, "
    "row_number() OVER (PARTITION BY part, measure ORDER BY span) AS place, "
    "count(*) OVER (PARTITION BY part, measure) AS rows_in_part FROM spans) "
    "SELECT part, measure, count(*), CAST(sum(span) AS bigint) / count(*), "
    "min(CASE WHEN place * 100 >= rows_in_part * 95 THEN span END) FROM ranked GROUP BY part, measure";

void read_durations(Row const& row, Parts& parts) {
    auto& figures = parts[row.integer(0)];
    auto& durations = row.integer(1) == 0 ? figures.time_to_acknowledge : figures.time_to_resolve;
    durations = {row.integer(2), row.integer(3), row.integer(4)};
}

// The figures by what `grouping`, an integer expression over a row, makes of it.
Parts figures_by(Tx& tx, Scope const& scope, Time from, Time to, std::string_view grouping) {
    Parts parts;
    auto const rows = seen(scope, from, to, grouping);
    Sql counts = rows;
    counts.add(" SELECT part, status, count(*) FROM seen GROUP BY part, status");
    tx.query(counts.text(), counts.params(), [&](Row const& row) { count_status(row, parts); });
    Sql durations = rows;
    durations.add(durations_of_parts);
    tx.query(durations.text(), durations.params(), [&](Row const& row) { read_durations(row, parts); });
    return parts;
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
    IncidentStatistics statistics;
    statistics.from = from;
    statistics.to = to;
    statistics.total = figures_by(tx, scope, from, to, "0")[0];
    auto severities = figures_by(tx, scope, from, to, "severity");
    for (std::size_t rank = 0; rank < choices<Severity>.size(); ++rank) {
        statistics.severities.push_back(
            {static_cast<Severity>(rank), severities[static_cast<std::int64_t>(rank)]});
    }
    if (!period || from >= to) return statistics;
    auto buckets = figures_by(tx, scope, from, to, bucket_expression(*period));
    auto const last = bucket_of(*period, to - microseconds{1});
    for (auto bucket = bucket_of(*period, from); bucket <= last; ++bucket) {
        statistics.periods.push_back(
            {begin_of_bucket(*period, bucket), begin_of_bucket(*period, bucket + 1), buckets[bucket]});
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
