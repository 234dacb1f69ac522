// Every step that there is, and that there is no other.
#include <gtest/gtest.h>

#include "incidents/lifecycle.hpp"
#include "incidents/statistics.hpp"

namespace securestack {
namespace {

using enum IncidentStatus;

Time at(std::string_view text) {
    return parse_time(text).value();
}

Id somebody() {
    return Id::parse("01900000-0000-7000-8000-000000000001").value();
}

Incident opened() {
    Incident incident;
    incident.opened_at = at("2026-03-01T10:00:00Z");
    return incident;
}

Incident in(IncidentStatus status) {
    auto incident = opened();
    incident.status = status;
    return incident;
}

TEST(IncidentLifecycle, HasFourSteps) {
    auto const is_step = [](IncidentStatus from, IncidentStatus to) {
        auto incident = in(from);
        return enter(incident, to, somebody(), at("2026-03-01T11:00:00Z")).has_value();
    };
    for (auto const from : {open, acknowledged, resolved}) {
        for (auto const to : {open, acknowledged, resolved}) {
            bool const expected = (from == open && to != open) || (from == acknowledged && to == resolved) ||
                                  (from == resolved && to == open);
            EXPECT_EQ(is_step(from, to), expected) << choice_name(from) << " to " << choice_name(to);
        }
    }
}

TEST(IncidentLifecycle, ARefusedStepChangesNothing) {
    auto incident = in(resolved);

    auto const refused = enter(incident, acknowledged, somebody(), at("2026-03-01T11:00:00Z"));

    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(incident.status, resolved);
    EXPECT_FALSE(incident.acknowledged_at);
}

TEST(IncidentLifecycle, MeasuresFromTheOpening) {
    auto incident = opened();

    enter(incident, acknowledged, somebody(), at("2026-03-01T10:04:00.9Z")).value();
    enter(incident, resolved, somebody(), at("2026-03-01T11:00:00Z")).value();

    EXPECT_EQ(incident.acknowledged_after_seconds, 240);
    EXPECT_EQ(incident.resolved_after_seconds, 3600);
}

TEST(IncidentLifecycle, ReopenedItKeepsTheFirstAcknowledgementForTheStatistics) {
    auto incident = opened();
    enter(incident, acknowledged, somebody(), at("2026-03-01T10:04:00Z")).value();
    enter(incident, resolved, somebody(), at("2026-03-01T11:00:00Z")).value();

    enter(incident, open, Id{}, at("2026-03-01T12:00:00Z")).value();
    EXPECT_FALSE(incident.resolved_after_seconds);
    enter(incident, acknowledged, somebody(), at("2026-03-01T13:00:00Z")).value();
    enter(incident, resolved, somebody(), at("2026-03-01T14:00:00Z")).value();

    EXPECT_EQ(incident.acknowledged_after_seconds, 240);
    EXPECT_EQ(incident.resolved_after_seconds, 4 * 3600);
}

TEST(IncidentLifecycle, TheProgramAssignsNobody) {
    auto incident = opened();

    enter(incident, acknowledged, Id{}, at("2026-03-01T11:00:00Z")).value();

    EXPECT_FALSE(incident.assignee);
}

TEST(Periods, BeginAtMidnightAndOnMonday) {
    auto const sunday = at("2026-03-01T10:00:00Z");

    EXPECT_EQ(begin_of(Period::day, sunday), at("2026-03-01T00:00:00Z"));
    EXPECT_EQ(begin_of(Period::week, sunday), at("2026-02-23T00:00:00Z"));
    EXPECT_EQ(begin_of(Period::week, at("2026-03-02T00:00:00Z")), at("2026-03-02T00:00:00Z"));
}

}  // namespace
}  // namespace securestack
