#include <algorithm>
#include <array>

#include "audit/save_changes.hpp"
#include "http/collection.hpp"
#include "identity/team.hpp"
#include "identity/visible.hpp"
#include "incidents/incidents.hpp"
#include "incidents/occurrence.hpp"
#include "incidents/rules.hpp"
#include "incidents/server_filter.hpp"
#include "incidents/window.hpp"

namespace securestack {
namespace {

using Window = MaintenanceWindow;
using Errors = std::vector<FieldError>;

// What says when it happens.
constexpr std::array<std::string_view, 5> times{"/starts_at", "/ends_at", "/schedule", "/duration_seconds",
                                                "/timezone"};

// The end of what time can be written: for what recurs without an end.
constexpr Time never{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

Problem absent() {
    return {ErrorCode::not_found, "There is no maintenance window with this id."};
}

Problem refused(std::string detail) {
    return {ErrorCode::forbidden, std::move(detail)};
}

Result<Window> find_for_write(Tx& tx, Context const& context, Id id, Reach reach) {
    auto found = Table<Window>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    if (!reaches(context.principal, reach, holder_of(*found))) {
        return refused(reach == Reach::manage
                           ? "You may see this window, but not delete it: that takes a maintainer of "
                             "its team."
                           : "You may see this window, but not change it: that takes an operator of its "
                             "team.");
    }
    if (auto const current = context.check_preconditions(found->version); !current) return current.error();
    return *std::move(found);
}

// ?active=: whether it happens now.
Result<void> require_active(Context const& context, Scope& scope) {
    auto const active = context.flag("active");
    if (!active) return active.error();
    if (!*active) return {};
    Sql now;
    now.add(**active ? "(occurs_from <= " : "(occurs_from > ").bind(context.now);
    now.add(**active ? " AND occurs_until > " : " OR occurs_until <= ").bind(context.now).add(")");
    scope.require(now);
    return {};
}

Result<Scope> readable(Tx&, Context const& context) {
    auto scope = with_server_filter(context, window_links, visible_to(context.principal, {}));
    if (!scope) return scope.error();
    if (auto const filtered = require_active(context, *scope); !filtered) return filtered.error();
    return scope;
}

Result<Entity<Window>> get_window(Tx& tx, Context const& context, Id id) {
    auto found = Table<Window>(tx).find(id);
    if (!found || !reaches(context.principal, Reach::read, holder_of(*found))) return absent();
    return Entity<Window>{*std::move(found)};
}

// What follows from the rest of the window, as of now. `errors` gets what is wrong with its times.
void work_out(Window& window, Time now, bool is_new, Errors& errors) {
    auto const next = occurrence_at(window, now);
    if (!next) {
        for (auto const& fault : next.error().errors) {
            if (!is_wrong(errors, fault.pointer)) errors.push_back(fault);
        }
    } else if (std::ranges::any_of(times, [&](auto pointer) { return is_wrong(errors, pointer); })) {
        return;
    } else if (*next) {
        window.occurs_from = (*next)->from;
        window.occurs_until = (*next)->until;
        window.over_at = window.ends_at.value_or(never);
    } else if (is_new) {
        errors.push_back(
            {"/ends_at", "past",
             window.schedule ? "the schedule has no occurrence before it" : "must be in the future"});
    } else {
        if (!window.schedule) {
            window.occurs_from = *window.starts_at;
            window.occurs_until = *window.ends_at;
        }
        window.over_at = std::min(window.ends_at.value_or(now), now);
    }
}

Result<Created<Window>> create_window(Tx& tx, Context const& context, Draft<Window> draft) {
    auto& [window, errors] = draft;
    window.id = context.new_id();
    window.created_at = window.updated_at = context.now;
    window.owner = context.principal.user;
    window.everywhere = context.principal.role == Role::admin;
    check_servers(tx, context.principal, Reach::operate, window.servers, {}, errors);
    check_team(tx, context.principal, window.team, errors);
    work_out(window, context.now, true, errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    auto const saved = insert_for(tx, context.principal, [&] { return Table<Window>(tx).insert(window); });
    if (!saved) return saved.error();
    link_servers(tx, window_links, window.id, window.servers);
    record_created(tx, context, "maintenance_window.create", window);
    return Created<Window>{window, "/api/maintenance/" + window.id.to_string()};
}

Result<Window> completed_change(Tx& tx, Context const& context, Window const& before, Draft<Window> wanted) {
    auto& [after, errors] = wanted;
    auto const& principal = context.principal;
    bool const is_given = after.team != before.team && !is_wrong(errors, "/team");
    if (is_given && !reaches(principal, Reach::manage, holder_of(before))) {
        return refused(
            "Another team is for the owner, a maintainer of the team or an administrator to give: "
            "send team as it is.");
    }
    if (before.everywhere && !before.labels.empty() && principal.role != Role::admin) {
        return refused("This window covers everybody's servers: only an administrator may change it.");
    }
    if (after.servers != before.servers)
        check_servers(tx, principal, Reach::operate, after.servers, before.servers, errors);
    if (is_given) check_team(tx, principal, after.team, errors);
    // Who may not write a window for everybody may not change one into another for everybody, either.
    if (after.labels != before.labels) after.everywhere = principal.role == Role::admin;
    work_out(after, context.now, false, errors);
    return faultless(std::move(wanted));
}

template <class Document>
Result<Entity<Window>> change_window(Tx& tx, Context const& context, Id id, Document const& document) {
    auto const before = find_for_write(tx, context, id, Reach::operate);
    if (!before) return before.error();
    auto after = completed_change(tx, context, *before, document.draft(*before));
    if (!after) return after.error();
    auto const saved = save_changes(tx, context, "maintenance_window.update", *before, *after);
    if (!saved) return saved.error();
    if (after->servers != before->servers) link_servers(tx, window_links, after->id, after->servers);
    return Entity<Window>{*std::move(after)};
}

Result<NoContent> delete_window(Tx& tx, Context const& context, Id id) {
    auto const before = find_for_write(tx, context, id, Reach::manage);
    if (!before) return before.error();
    Table<Window>(tx).remove(id);
    record_deleted(tx, context, "maintenance_window.delete", *before);
    return NoContent{};
}

}  // namespace

void add_maintenance_routes(Router& router) {
    Collection windows{router,
                       {.address = "/api/maintenance",
                        .tag = "Maintenance",
                        .operation = {"MaintenanceWindow", "MaintenanceWindows"},
                        .words = {"maintenance window", "maintenance windows"},
                        .reading = Permission::incidents_read,
                        .writing = Permission::incidents_write}};
    windows.list<Window>(readable)
        .query("active", "true: only windows that happen now; false: only the others.")
        .query("server", "Only windows that name this server; repeated: one of these.");
    windows.create(create_window)
        .summary("Plan maintenance")
        .description(
            "Once, from `starts_at` to `ends_at`; or again and again, by a `schedule` in a `timezone`, for "
            "`duration_seconds` each. Over servers that you may change, and over labels.");
    windows.get(get_window);
    windows.replace(change_window<Replacement<Window>>);
    windows.update(change_window<Patch<Window>>)
        .description("To end one now, set its `ends_at` to this moment.");
    windows.remove(delete_window);
}

}  // namespace securestack
