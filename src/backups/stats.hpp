// How the runs of a task, or of a server's tasks, went over a period: counted by the database.
#pragma once

#include <cstdint>
#include <optional>

#include "core/id.hpp"
#include "core/time.hpp"
#include "resource/field.hpp"
#include "resource/sql.hpp"
#include "storage/database.hpp"

namespace securestack {

struct RunStatistics {
    Time from{};
    Time to{};
    std::int64_t runs = 0;  // that ended
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::int64_t lost = 0;
    std::optional<double> success_rate;  // 0 to 1; null without runs
    std::optional<std::int64_t> duration_p50_seconds;
    std::optional<std::int64_t> duration_p95_seconds;
    std::optional<std::int64_t> duration_max_seconds;
    std::int64_t bytes_added = 0;
    std::optional<std::int64_t> first_bytes;   // processed by the first success that says so
    std::optional<std::int64_t> last_bytes;    // and by the last
    std::optional<std::int64_t> growth_bytes;  // between the two
    std::optional<double> growth_bytes_per_day;
};
template <>
Schema const& schema_of<RunStatistics>();

// Of the backup runs that satisfy `which` and were first heard of in [from, to). Sizes of several tasks are
// those of each task's first and last, added up.
RunStatistics run_statistics(Tx& tx, Sql const& which, Time from, Time to);

}  // namespace securestack
