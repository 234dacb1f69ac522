#include "incidents/window.hpp"

#include "resource/document.hpp"

namespace securestack {
namespace {

using Errors = std::vector<FieldError>;

constexpr std::chrono::days longest_window{366};
constexpr std::int64_t shortest_occurrence = 60;
constexpr std::int64_t longest_occurrence = 31 * 86'400;

using Pointer = std::string_view;

void check_once(MaintenanceWindow const& window, Errors& errors) {
    auto const require = [&](Pointer pointer, std::optional<Time> time) {
        if (time || is_wrong(errors, pointer)) return;
        errors.push_back(
            {std::string{pointer}, "required", "is required, unless the window recurs by a schedule"});
    };
    require("/starts_at", window.starts_at);
    require("/ends_at", window.ends_at);
    if (window.duration_seconds && !is_wrong(errors, "/duration_seconds"))
        errors.push_back(
            {"/duration_seconds", "conflict", "is only for a window with a schedule; leave it out"});
}

void check_order(MaintenanceWindow const& window, Errors& errors) {
    if (!window.starts_at || !window.ends_at) return;
    if (is_wrong(errors, "/starts_at") || is_wrong(errors, "/ends_at")) return;
    if (*window.ends_at <= *window.starts_at)
        errors.push_back({"/ends_at", "range", "must be after starts_at"});
    if (!window.schedule && *window.ends_at - *window.starts_at > longest_window)
        errors.push_back({"/ends_at", "range", "must be at most 366 days after starts_at"});
}

void check_window(void const* object, Errors& errors) {
    auto const& window = *static_cast<MaintenanceWindow const*>(object);
    auto const is_right = [&](Pointer pointer) { return !is_wrong(errors, pointer); };
    if (window.servers.empty() && window.labels.empty() && is_right("/servers") && is_right("/labels"))
        errors.push_back({"/servers", "required", "name servers, or labels that they have"});
    if (!is_right("/schedule")) return;
    if (!window.schedule) {
        check_once(window, errors);
    } else if (!window.duration_seconds && is_right("/duration_seconds")) {
        errors.push_back({"/duration_seconds", "required", "is required with a schedule"});
    }
    check_order(window, errors);
}

}  // namespace

template <>
Schema const& schema_of<MaintenanceWindow>() {
    using Window = MaintenanceWindow;
    static constexpr auto fields = fields_of<Window>(
        field<&Window::id>("id").read_only(),
        field<&Window::title>("title")
            .required()
            .length(1, 200)
            .format(formats::one_line)
            .searchable()
            .sample(R"("Kernel updates")"),
        field<&Window::description>("description").length(0, 5'000).searchable(),
        field<&Window::servers>("servers")
            .length(0, most_servers_of_an_incident)
            .format(formats::uuid)
            .doc("The servers that it covers, beside those with its labels."),
        field<&Window::labels>("labels").length(0, 16).doc(
            "It covers the servers that have all of these labels, among those of its owner and its team; "
            "when an administrator wrote it, among all."),
        field<&Window::starts_at>("starts_at")
            .doc("When it begins. With a schedule: nothing of it happens before; may be null then."),
        field<&Window::ends_at>("ends_at").doc(
            "When it ends. With a schedule: nothing of it happens from then on; may be null then."),
        field<&Window::schedule>("schedule")
            .length(1, 200)
            .doc("When its occurrences begin, for a window that recurs: five cron fields, or @weekly and the "
                 "like; null for one that happens once.")
            .sample(R"("0 3 * * SUN")"),
        field<&Window::duration_seconds>("duration_seconds")
            .range(shortest_occurrence, longest_occurrence)
            .doc("How long each occurrence lasts; only with a schedule.")
            .sample("7200"),
        field<&Window::timezone>("timezone")
            .length(1, 64)
            .doc("Whose clocks the schedule is read by: an IANA name."),
        field<&Window::occurs_from>("occurs_from")
            .read_only()
            .sortable()
            .filterable()
            .doc("The occurrence that runs now, or else the next one; when none is left, the last."),
        field<&Window::occurs_until>("occurs_until").read_only().sortable().filterable(),
        field<&Window::owner>("owner").read_only().filterable(),
        field<&Window::team>("team").filterable().doc("The team that shares it."),
        field<&Window::created_at>("created_at").read_only().sortable().filterable(),
        field<&Window::updated_at>("updated_at").read_only(), field<&Window::over_at>("over_at").internal(),
        field<&Window::everywhere>("everywhere").internal(), field<&Window::version>("version").internal());
    static constexpr Schema schema{
        .name = "MaintenanceWindow",
        .table = "maintenance_windows",
        .fields = fields,
        .default_sort = "-id",
        .check = check_window,
        .documentation = "When servers are worked on: what happens is recorded, and opens no incident."};
    return schema;
}

AuditObject audit_object(MaintenanceWindow const& window) {
    return {audit_type(schema_of<MaintenanceWindow>()), window.id.to_string(), window.title};
}

}  // namespace securestack
