// What a schedule means, before it is saved.
#include <fmt/format.h>

#include "backups/routes.hpp"
#include "backups/timing.hpp"
#include "http/router.hpp"

namespace securestack {
namespace {

constexpr std::size_t slots_shown = 5;

struct PreviewSlot {
    Time at{};
    std::string local;
};

struct SchedulePreview {
    std::string schedule;
    std::string timezone = "UTC";
    std::vector<PreviewSlot> slots;
};

std::string local_time(Time time, TimeZone const& zone) {
    auto const civil = zone.civil(time);
    auto const minutes = std::chrono::duration_cast<std::chrono::minutes>(zone.offset(time)).count();
    auto const east = minutes < 0 ? -minutes : minutes;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:00{}{:02}:{:02}", civil.year, civil.month, civil.day,
                       civil.hour, civil.minute, minutes < 0 ? '-' : '+', east / 60, east % 60);
}

Problem of_parameters(Problem problem) {
    problem.code = ErrorCode::malformed;
    for (auto& error : problem.errors) error.pointer.erase(0, 1);
    problem.detail =
        "Query parameter " + problem.errors.front().pointer + ": " + problem.errors.front().detail;
    return problem;
}

Result<Entity<SchedulePreview>> preview(Tx&, Context const& context) {
    SchedulePreview result;
    // The dispatcher has read it once: it is well-formed.
    for (auto& [name, value] : context.request.query().value()) {
        (name == "schedule" ? result.schedule : result.timezone) = value;
    }
    auto const timing = Timing::read(result.schedule, result.timezone);
    if (!timing) return of_parameters(timing.error());
    for (auto const slot : timing->preview(context.now, slots_shown))
        result.slots.push_back({slot, local_time(slot, timing->zone())});
    return Entity<SchedulePreview>{std::move(result)};
}

}  // namespace

template <>
Schema const& schema_of<PreviewSlot>() {
    static constexpr auto fields = fields_of<PreviewSlot>(
        field<&PreviewSlot::at>("at").read_only(),
        field<&PreviewSlot::local>("local").read_only().doc("The same moment as a clock there shows it."));
    static constexpr Schema schema{.name = "PreviewSlot", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<SchedulePreview>() {
    using T = SchedulePreview;
    static constexpr auto fields =
        fields_of<T>(field<&T::schedule>("schedule").read_only(), field<&T::timezone>("timezone").read_only(),
                     field<&T::slots>("slots").read_only());
    static constexpr Schema schema{
        .name = "SchedulePreview", .fields = fields, .documentation = "The next slots of a schedule."};
    return schema;
}

void add_schedule_routes(Router& router) {
    router.get("/api/schedule/preview", allow(Permission::backups_read), preview)
        .query("schedule", "Five fields as in a crontab, or a name such as @daily.", true)
        .query("timezone", "IANA name; UTC when it is left out.")
        .operation("previewSchedule")
        .summary("The next five slots of a schedule, or what is wrong with it")
        .tag("Backups");
}

}  // namespace securestack
