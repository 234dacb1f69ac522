// Every statement of what looks across the domains, and of the inventories, is answered by indexes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit_record.hpp"
#include "backups/outcome.hpp"
#include "backups/rules.hpp"
#include "backups/task.hpp"
#include "identity/team.hpp"
#include "incidents/incident.hpp"
#include "resource/table.hpp"
#include "servers/server.hpp"
#include "support/app_fixture.hpp"
#include "support/explaining_tx.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::Not;

constexpr int rows = 1'000;

class OverviewPlans : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        people_ = {id_of(bob), id_of(mallory)};
        id_of(alice);
        write([&](Tx& tx) {
            Team team;
            team.id = team_ = new_id();
            team.name = team.name_fold = "team";
            Table<Team>(tx).insert(team).value();
        });
        fill<Server>([&](Server& server, int i) {
            server.name = "server-" + std::to_string(i);
            server.status = static_cast<ServerStatus>(i % 3);
            server.environment = static_cast<Environment>(i % 4);
            server.owner = people_.at(static_cast<std::size_t>(i % 2));
            if (i % 3 == 0) server.team = team_;
            host_ = server.id;
        });
        fill<BackupTask>([&](BackupTask& task, int i) {
            task.server = host_;
            task.name = "task-" + std::to_string(i);
            task.state = static_cast<TaskState>(i % 6);
            task.owner = people_.at(static_cast<std::size_t>(i % 2));
            if (i % 3 == 0) task.team = team_;
            task.ping_key = new_ping_key();
            task.stopped_at = i % 10 == 0 ? std::optional{now()} : std::nullopt;
        });
        fill<Incident>([&](Incident& incident, int i) {
            incident.number = i + 1;
            incident.title = "incident-" + std::to_string(i);
            incident.severity = static_cast<Severity>(i % 5);
            incident.status = i % 20 == 0 ? IncidentStatus::open : IncidentStatus::resolved;
            incident.owner = people_.at(static_cast<std::size_t>(i % 2));
            if (i % 3 == 0) incident.team = team_;
        });
        write([&](Tx& tx) {
            for (int i = 0; i < 300; ++i) {
                Actor actor{Principal{}, now() + std::chrono::seconds{i}, app()->ids()};
                actor.principal.user = people_.at(static_cast<std::size_t>(i % 2));
                record(tx, actor, "server.update", {"server", host_.to_string(), "x"}, Outcome::success);
            }
            if (tx.engine() == Engine::postgresql)
                tx.run_script("ANALYZE servers; ANALYZE backups; ANALYZE incidents; ANALYZE audit_records");
        });
    }

    template <class F>
    void write(F const& work) {
        app().database().write_now([&](Tx& tx) { work(tx); });
    }
    template <class T, class F>
    void fill(F const& set) {
        std::vector<T> objects(rows);
        for (int i = 0; i < rows; ++i) {
            auto& object = objects[static_cast<std::size_t>(i)];
            object.id = new_id();
            object.created_at = object.updated_at = now();
            set(object, i);
        }
        write([&](Tx& tx) { insert_all(tx, objects); });
    }

    // What the route asks the database for this caller.
    std::vector<ExplainingTx::Plan> plans_of(std::string const& path, std::string const& query,
                                             Principal const& principal) {
        auto const& routes = app()->router().routes();
        auto const route =
            std::ranges::find_if(routes, [&](auto const& each) { return each->pattern == path; });
        Request request;
        request.path = path;
        request.raw_query = query;
        CursorKey const cursors{Secret{"key"}};
        Context const context{request, principal, now(), app()->ids(), cursors};
        return app().database().read_now([&](Tx& tx) {
            if (tx.engine() == Engine::postgresql) {
                // For few rows PostgreSQL rightly reads them all: the question is whether it has a choice.
                tx.run_script("SET LOCAL enable_seqscan = off");
            }
            ExplainingTx explaining{tx};
            auto const steps = (*route)->bind(context, {}).value();
            for (auto const& step : steps) step.run(&explaining, context).value();
            return explaining.plans();
        });
    }
    void expect_served(std::string const& path, std::string const& query) {
        Principal admin{.user = Id{}, .session = {}, .name = "alice", .role = Role::admin};
        Principal member{.user = people_[0], .session = {}, .name = "bob", .role = Role::user};
        admin.via = member.via = Via::access_token;
        member.teams = {{team_, TeamRole::viewer}};
        for (auto const& principal : {admin, member}) {
            auto const plans = plans_of(path, query, principal);
            EXPECT_FALSE(plans.empty());
            for (auto const& plan : plans) {
                SCOPED_TRACE(principal.name + ": " + plan.statement);
                EXPECT_THAT(plan.text,
                            Not(ContainsRegex("SCAN (servers|backups|incidents|audit_records)(\n|$)")));
                // Who sees a part reads that part; who sees everything counts it in an index.
                if (principal.role == Role::user) {
                    EXPECT_THAT(plan.text,
                                Not(ContainsRegex("SCAN (servers|backups|incidents|audit_records)[ \n]")));
                }
                if (plan.statement.contains("GROUP BY")) {
                    EXPECT_THAT(plan.text, Not(ContainsRegex("SCAN (servers|backups) USING INDEX")));
                }
                EXPECT_THAT(plan.text,
                            Not(ContainsRegex("Seq Scan on (servers|backups|incidents|audit_records)")));
            }
        }
    }

    Id new_id() { return app()->ids().make(now()); }
    Time now() { return app().clock.now(); }

    std::array<Id, 2> people_{};
    Id team_{};
    Id host_{};
};
INSTANTIATE_TEST_SUITE_P(Engines, OverviewPlans, each_engine, engine_name);

TEST_P(OverviewPlans, TheSummary) {
    expect_served("/api/summary", "");
}

TEST_P(OverviewPlans, TheInventories) {
    for (std::string const path : {"/api/inventory/ansible", "/api/inventory/prometheus"}) {
        expect_served(path, "");
        expect_served(path, "environment=test");
        expect_served(path, "status=active&status=offline");
        expect_served(path, "team=" + team_.to_string());
        expect_served(path, "owner=" + people_[1].to_string());
    }
}

TEST_P(OverviewPlans, ASearch) {
    expect_served("/api/search", "q=server-1234");
    expect_served("/api/search", "q=sk-77%20tas");
    expect_served("/api/search", "q=nothing-like-it&limit=20");
}

}  // namespace
}  // namespace securestack::test
