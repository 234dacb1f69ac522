#include "backups/run.hpp"

#include <algorithm>

#include "resource/document.hpp"

namespace securestack {
namespace {

constexpr std::int64_t any_size = std::int64_t{1} << 53U;  // what every JSON reader has exactly
constexpr std::int64_t longest_run = 366 * 86'400;

// What a client sends must agree with itself.
void check_report(void const* object, std::vector<FieldError>& errors) {
    auto const& report = *static_cast<RunReport const*>(object);
    auto const is_right = [&](std::string_view pointer) { return !is_wrong(errors, pointer); };
    static constexpr std::string_view telling[] = {"/state", "/exit_code", "/started_at", "/finished_at",
                                                   "/duration_seconds"};
    bool const tells_nothing = !report.state && !report.exit_code && !report.started_at &&
                               !report.finished_at && !report.duration_seconds;
    if (tells_nothing && std::ranges::all_of(telling, is_right)) {
        errors.push_back({"/state", "required",
                          "say how it ended, with state or exit_code; or at least when, with started_at, "
                          "finished_at or duration_seconds"});
    }
    bool const running = is_right("/state") && report.state == ReportedState::running;
    if (running && (report.finished_at || report.exit_code || report.duration_seconds)) {
        errors.push_back({"/state", "conflict",
                          "a run with finished_at, duration_seconds or exit_code is not running any more"});
    }
    bool const failed = is_right("/exit_code") && report.exit_code.value_or(0) != 0;
    if (is_right("/state") && report.state == ReportedState::succeeded && failed)
        errors.push_back({"/exit_code", "conflict", "must be 0 when state is \"succeeded\""});
    bool const has_times =
        report.started_at && report.finished_at && is_right("/started_at") && is_right("/finished_at");
    if (has_times && *report.finished_at < *report.started_at)
        errors.push_back({"/finished_at", "range", "must not be before started_at"});
}

}  // namespace

template <>
Schema const& schema_of<RunProgress>() {
    using T = RunProgress;
    static constexpr auto fields =
        fields_of<T>(field<&T::percent>("percent"), field<&T::bytes_done>("bytes_done"),
                     field<&T::bytes_total>("bytes_total"), field<&T::seconds_left>("seconds_left"));
    static constexpr Schema schema{.name = "RunProgress", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<RunEvidence>() {
    using T = RunEvidence;
    static constexpr auto fields =
        fields_of<T>(field<&T::files_checked>("files_checked"), field<&T::files_differing>("files_differing"),
                     field<&T::newest_file_at>("newest_file_at"), field<&T::summary>("summary"));
    static constexpr Schema schema{
        .name = "RunEvidence", .fields = fields, .documentation = "What a drill found when it restored."};
    return schema;
}

template <>
Schema const& schema_of<Run>() {
    using T = Run;
    static constexpr auto fields = fields_of<T>(
        field<&T::id>("id").read_only(), field<&T::task>("task").read_only().filterable(),
        field<&T::server>("server").read_only().filterable(), field<&T::kind>("kind").read_only(),
        field<&T::trigger>("trigger").read_only(), field<&T::state>("state").read_only().filterable(),
        field<&T::queued_at>("queued_at")
            .read_only()
            .sortable()
            .filterable()
            .doc("When it was asked for, or first heard of."),
        field<&T::started_at>("started_at").read_only(), field<&T::finished_at>("finished_at").read_only(),
        field<&T::duration_seconds>("duration_seconds")
            .read_only()
            .doc("Null when only one end of the run is known."),
        field<&T::progress>("progress").read_only(),
        field<&T::bytes_processed>("bytes_processed").read_only(),
        field<&T::bytes_added>("bytes_added").read_only(), field<&T::files_total>("files_total").read_only(),
        field<&T::snapshot_id>("snapshot_id").read_only(), field<&T::exit_code>("exit_code").read_only(),
        field<&T::error>("error").read_only(),
        field<&T::log_tail>("log_tail")
            .read_only()
            .doc("The last 4,000 bytes of what it said; up to 100,000 are at /api/runs/{id}/log."),
        field<&T::log_bytes>("log_bytes").read_only().doc("How many bytes are kept there."),
        field<&T::evidence>("evidence").read_only(), field<&T::rid>("rid").internal(),
        field<&T::owner>("owner").internal(), field<&T::team>("team").internal(),
        field<&T::version>("version").internal());
    static constexpr Schema schema{.name = "Run",
                                   .table = "runs",
                                   .fields = fields,
                                   .default_sort = "-id",
                                   .documentation = "One run of a backup task."};
    return schema;
}

template <>
Schema const& schema_of<RunReport>() {
    using T = RunReport;
    static constexpr auto fields = fields_of<T>(
        field<&T::state>("state").doc(
            "Follows from exit_code when it is left out; with a time alone, succeeded."),
        field<&T::rid>("rid").doc(
            "Pairs the report that begins a run with the one that ends it, when several run at once."),
        field<&T::started_at>("started_at"), field<&T::finished_at>("finished_at"),
        field<&T::duration_seconds>("duration_seconds").range(0, longest_run),
        field<&T::bytes_processed>("bytes_processed").range(0, any_size),
        field<&T::bytes_added>("bytes_added").range(0, any_size),
        field<&T::files_total>("files_total").range(0, any_size),
        field<&T::snapshot_id>("snapshot_id").length(1, 200).format(formats::one_line),
        field<&T::exit_code>("exit_code").range(-255, 255), field<&T::error>("error").length(0, 2'000),
        field<&T::log_tail>("log_tail")
            .length(0, 500'000)
            .doc("What the tool said; the last 100,000 bytes are kept."));
    static constexpr Schema schema{.name = "RunReport",
                                   .fields = fields,
                                   .check = check_report,
                                   .documentation = "What a backup tool reports of a run."};
    return schema;
}

Id first_run_id(Time time) {
    auto const since = std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count();
    auto const millis = static_cast<std::uint64_t>(std::max<std::int64_t>(0, since));
    Id id;
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
    return id;
}

}  // namespace securestack
