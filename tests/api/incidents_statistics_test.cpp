// Counts, and the times to acknowledge and to resolve: as somebody would work them out by hand.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "incidents/incident.hpp"
#include "incidents_fixture.hpp"
#include "resource/table.hpp"

namespace securestack::test {
namespace {

using ::testing::HasSubstr;

class IncidentStatisticsTest : public IncidentTest {
  protected:
    struct Life {
        Severity severity = Severity::high;
        std::optional<std::int64_t> acknowledged_after = {};
        std::optional<std::int64_t> resolved_after = {};
    };
    void insert(Time opened_at, Life const& life, Persona const& owner = bob) {
        Incident incident;
        incident.id = app()->ids().make(opened_at);
        incident.number = ++numbers_;
        incident.title = "x";
        incident.severity = life.severity;
        incident.owner = id_of(owner);
        incident.opened_at = incident.created_at = incident.updated_at = opened_at;
        incident.acknowledged_after_seconds = life.acknowledged_after;
        incident.resolved_after_seconds = life.resolved_after;
        if (life.acknowledged_after) incident.status = IncidentStatus::acknowledged;
        if (life.resolved_after) incident.status = IncidentStatus::resolved;
        app().database().write_now([&](Tx& tx) { Table<Incident>(tx).insert(incident).value(); });
    }
    static Time at(std::string_view text) { return parse_time(text).value(); }
    Answer stats(Persona const& who, std::string const& query = "") {
        auto answer = as(who).get("/api/incidents/stats" + query);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer;
    }
    std::string const march = "?from=2026-03-01T00:00:00Z&to=2026-03-15T00:00:00Z";

  private:
    std::int64_t numbers_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentStatisticsTest, each_engine, engine_name);

TEST_P(IncidentStatisticsTest, WithoutIncidentsEveryFigureIsThereAndEmpty) {
    auto const answer = stats(bob);

    EXPECT_EQ(answer.at("/total/count"), 0);
    EXPECT_TRUE(answer.at("/total/time_to_acknowledge/mean_seconds").is_null());
    EXPECT_TRUE(answer.at("/total/time_to_resolve/p95_seconds").is_null());
    EXPECT_EQ(answer.at("/severities").as_array().size(), 5U);
    EXPECT_EQ(answer.text("/severities/0/severity"), "critical");
    EXPECT_EQ(answer.at("/periods").as_array().size(), 0U);
}

TEST_P(IncidentStatisticsTest, CountsBySeverityAndStatus) {
    insert(at("2026-03-02T10:00:00Z"), {Severity::critical, 60, 600});
    insert(at("2026-03-02T11:00:00Z"), {Severity::critical, 120, std::nullopt});
    insert(at("2026-03-03T11:00:00Z"), {Severity::low});
    insert(at("2026-03-15T00:00:00Z"), {Severity::low});   // not before `to`
    insert(at("2026-02-28T23:59:59Z"), {Severity::high});  // before `from`

    auto const answer = stats(bob, march);

    EXPECT_EQ(answer.at("/total/count"), 3);
    EXPECT_EQ(answer.at("/total/open"), 1);
    EXPECT_EQ(answer.at("/total/acknowledged"), 1);
    EXPECT_EQ(answer.at("/total/resolved"), 1);
    EXPECT_EQ(answer.at("/severities/0/figures/count"), 2);
    EXPECT_EQ(answer.at("/severities/0/figures/time_to_acknowledge/mean_seconds"), 90);
    EXPECT_EQ(answer.at("/severities/0/figures/time_to_acknowledge/count"), 2);
    EXPECT_EQ(answer.at("/severities/0/figures/time_to_resolve/mean_seconds"), 600);
    EXPECT_EQ(answer.at("/severities/1/figures/count"), 0);
    EXPECT_EQ(answer.at("/severities/3/figures/open"), 1);
}

TEST_P(IncidentStatisticsTest, AreThoseOfANaiveComputation) {
    std::vector<std::int64_t> acknowledged;
    std::vector<std::int64_t> resolved;
    for (int i = 0; i < 173; ++i) {
        auto const span = (std::int64_t{i} * 7919) % 100'003;
        Life life{Severity::medium, span, std::nullopt};
        acknowledged.push_back(span);
        if (i % 3 == 0) resolved.push_back(*(life.resolved_after = span * 5 + i));
        insert(at("2026-03-02T10:00:00Z") + std::chrono::minutes{i * 60}, life);
    }
    auto const mean = [](std::vector<std::int64_t> const& spans) {
        return std::accumulate(spans.begin(), spans.end(), std::int64_t{0}) / std::ssize(spans);
    };
    auto const p95 = [](std::vector<std::int64_t> spans) {
        std::ranges::sort(spans);
        return spans.at((spans.size() * 95 + 99) / 100 - 1);
    };

    auto const answer = stats(bob, march);

    EXPECT_EQ(answer.at("/total/count"), 173);
    EXPECT_EQ(answer.at("/total/time_to_acknowledge/mean_seconds"), mean(acknowledged));
    EXPECT_EQ(answer.at("/total/time_to_acknowledge/p95_seconds"), p95(acknowledged));
    EXPECT_EQ(answer.at("/total/time_to_resolve/mean_seconds"), mean(resolved));
    EXPECT_EQ(answer.at("/total/time_to_resolve/p95_seconds"), p95(resolved));
    EXPECT_EQ(answer.at("/severities/2/figures"), answer.at("/total"));
}

TEST_P(IncidentStatisticsTest, EveryDayAndEveryWeekOfTheRangeIsThere) {
    insert(at("2026-03-01T23:59:59.999999Z"), {Severity::high, 10, 100});
    insert(at("2026-03-02T00:00:00Z"), {Severity::high, 30, 300});
    insert(at("2026-03-08T12:00:00Z"), {Severity::high});

    auto const days = stats(bob, march + "&period=day");
    auto const weeks = stats(bob, march + "&period=week");

    ASSERT_EQ(days.at("/periods").as_array().size(), 14U);
    EXPECT_EQ(days.text("/periods/0/from"), "2026-03-01T00:00:00.000000Z");
    EXPECT_EQ(days.at("/periods/0/figures/count"), 1);
    EXPECT_EQ(days.at("/periods/1/figures/count"), 1);
    EXPECT_EQ(days.at("/periods/1/figures/time_to_resolve/mean_seconds"), 300);
    EXPECT_EQ(days.at("/periods/2/figures/count"), 0);
    EXPECT_EQ(days.at("/periods/7/figures/open"), 1);
    // Sunday 1 March is the end of a week that began in February.
    ASSERT_EQ(weeks.at("/periods").as_array().size(), 3U);
    EXPECT_EQ(weeks.text("/periods/0/from"), "2026-02-23T00:00:00.000000Z");
    EXPECT_EQ(weeks.at("/periods/0/figures/count"), 1);
    EXPECT_EQ(weeks.at("/periods/1/figures/count"), 2);
    EXPECT_EQ(weeks.text("/periods/1/to"), "2026-03-09T00:00:00.000000Z");
}

TEST_P(IncidentStatisticsTest, AreOfWhatTheCallerSeesEachOnce) {
    auto const team = new_team("Core", {{bob, "operator"}});
    auto const more = R"(, "team": ")" + team + R"(", "assignee": ")" + user(bob) + '"';
    new_incident(bob, "own, shared and assigned", more);
    new_incident(mallory, "assigned", R"(, "assignee": ")" + user(bob) + '"');
    new_incident(frank, "hidden");
    app().clock.advance(std::chrono::seconds{1});

    EXPECT_EQ(stats(bob).at("/total/count"), 2);
    EXPECT_EQ(stats(mallory).at("/total/count"), 1);
    EXPECT_EQ(stats(erin).at("/total/count"), 0);
    EXPECT_EQ(stats(carol).at("/total/count"), 3);
}

TEST_P(IncidentStatisticsTest, FollowWhatPeopleDo) {
    auto const id = new_incident(bob);
    app().clock.advance(std::chrono::seconds{90});
    as(bob).post(path(id, "/acknowledge"));
    app().clock.advance(std::chrono::seconds{30});
    as(bob).post(path(id, "/resolve"));
    app().clock.advance(std::chrono::seconds{1});

    auto const answer = stats(bob);

    EXPECT_EQ(answer.at("/total/time_to_acknowledge/mean_seconds"), 90);
    EXPECT_EQ(answer.at("/total/time_to_resolve/p95_seconds"), 120);
}

TEST_P(IncidentStatisticsTest, AQuestionThatMakesNoSenseIs400) {
    auto const ask = [&](std::string const& query) {
        return as(bob).get("/api/incidents/stats?" + query).status;
    };
    EXPECT_EQ(ask("from=yesterday"), 400);
    EXPECT_EQ(ask("period=month"), 400);
    EXPECT_EQ(ask("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"), 400);
    EXPECT_EQ(ask("from=2010-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"), 400);
    EXPECT_EQ(ask("from=2024-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&period=day"), 400);
    EXPECT_EQ(ask("from=2024-06-01T00:00:00Z&to=2026-03-01T00:00:00Z&period=week"), 200);
    EXPECT_EQ(ask("colour=red"), 400);
    auto const both = as(bob).get("/api/incidents/stats?from=a&to=b");
    EXPECT_EQ(both.at("/errors").as_array().size(), 2U);
}

}  // namespace
}  // namespace securestack::test
