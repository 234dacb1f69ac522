// How many incidents there were, and how fast they were acknowledged and resolved; counted by the database.
#pragma once

#include <optional>
#include <vector>

#include "incidents/incident.hpp"
#include "resource/scope.hpp"

namespace securestack {

// Of durations in seconds: how many, their mean, and the one that 95 of 100 do not exceed (nearest rank).
// Null without any.
struct DurationStatistics {
    std::int64_t count = 0;
    std::optional<std::int64_t> mean_seconds;
    std::optional<std::int64_t> p95_seconds;
};
template <>
Schema const& schema_of<DurationStatistics>();

struct IncidentFigures {
    std::int64_t count = 0;
    std::int64_t open = 0;
    std::int64_t acknowledged = 0;
    std::int64_t resolved = 0;
    DurationStatistics time_to_acknowledge;
    DurationStatistics time_to_resolve;
};
template <>
Schema const& schema_of<IncidentFigures>();

struct SeverityFigures {
    Severity severity = Severity::critical;
    IncidentFigures figures;
};
template <>
Schema const& schema_of<SeverityFigures>();

struct PeriodFigures {
    Time from{};
    Time to{};
    IncidentFigures figures;
};
template <>
Schema const& schema_of<PeriodFigures>();

struct IncidentStatistics {
    Time from{};
    Time to{};
    IncidentFigures total;
    std::vector<SeverityFigures> severities;  // all of them, the worst first
    std::vector<PeriodFigures> periods;       // every one in the range, also those without incidents
};
template <>
Schema const& schema_of<IncidentStatistics>();

enum class Period : std::uint8_t { day, week };
template <>
inline constexpr std::array<std::string_view, 2> choices<Period>{"day", "week"};

inline constexpr std::int64_t most_periods = 100;

// The beginning of the period that holds `time`: midnight, of Monday for weeks; UTC.
Time begin_of(Period period, Time time);
std::chrono::microseconds length_of(Period period);

// Of the incidents in `scope` that were opened in [from, to). At most `most_periods` periods.
IncidentStatistics incident_statistics(Tx& tx, Scope const& scope, Time from, Time to,
                                       std::optional<Period> period);

}  // namespace securestack
