// Lists of tasks, runs and repositories, and what the judge and the pings ask: each is served by an index.
#include "backups/outcome.hpp"
#include "backups/repository.hpp"
#include "backups/routes.hpp"
#include "backups/rules.hpp"
#include "backups_fixture.hpp"
#include "identity/team.hpp"
#include "identity/visible.hpp"
#include "resource/keyset.hpp"
#include "resource/table.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

using Ran = securestack::Run;  // GoogleTest has a Run of its own

using ::testing::HasSubstr;
using ::testing::Not;

class BackupPlans : public BackupsTest {
  protected:
    void SetUp() override {
        BackupsTest::SetUp();
        if (!IsSkipped()) fill();
    }

    void fill() {
        auto const now = app().clock.now();
        auto const host = Id::parse(server).value();
        std::array const owners{id_of(bob), id_of(mallory)};
        app().database().maintain_now([&](Tx& tx) {
            Team team;
            team.id = team_ = app()->ids().make(now);
            team.name = team.name_fold = "team";
            Table<Team>(tx).insert(team).value();
            std::vector<BackupTask> tasks(600);
            std::vector<Ran> runs;
            for (int i = 0; i < std::ssize(tasks); ++i) {
                auto& task = tasks[static_cast<std::size_t>(i)];
                task.id = app()->ids().make(now);
                task.server = host;
                task.name = "task-" + std::to_string(i * 7919 % 10'007);
                task.owner = owners[static_cast<std::size_t>(i % 2)];
                if (i % 3 == 0) task.team = team_;
                task.state = static_cast<TaskState>(i % 6);
                task.kind = static_cast<BackupKind>(i % 5);
                task.ping_key = new_ping_key();
                task.created_at = task.updated_at = now + std::chrono::seconds{i};
                for (int j = 0; j < 4; ++j) {
                    auto& run = runs.emplace_back();
                    run.id = app()->ids().make(now);
                    run.task = task_ = task.id;
                    run.server = host;
                    run.state = static_cast<RunState>(j + 1);
                    run.queued_at = now + std::chrono::seconds{i + j};
                    run.owner = task.owner;
                    run.team = task.team;
                }
            }
            insert_all(tx, tasks);
            insert_all(tx, runs);
            if (tx.engine() == Engine::postgresql) tx.run_script("ANALYZE backups; ANALYZE runs");
        });
    }

    std::string explain(Tx& tx, Sql const& statement) {
        bool const sqlite = GetParam() == Engine::sqlite;
        for (std::string const way : {"enable_seqscan", "enable_bitmapscan", "enable_sort"}) {
            if (!sqlite) tx.query("SELECT set_config('" + way + "', 'off', true)", {}, [](Row const&) {});
        }
        std::string plan;
        tx.query((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + statement.text(), statement.params(),
                 [&](Row const& row) { plan += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
        return plan;
    }

    static void expect_served(std::string plan) {
        for (auto at = plan.npos; (at = plan.find("Incremental Sort")) != plan.npos;) plan.erase(at, 16);
        EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
        EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
        EXPECT_THAT(plan, Not(HasSubstr("Sort  (")));
        EXPECT_TRUE(plan.contains("INDEX") || plan.contains("Index")) << plan;
    }

    // The first page and one in the middle, for an administrator, an owner and a member of a team.
    void expect_list_served(securestack::Schema const& schema, QueryParameters const& parameters,
                            std::string_view common, Params const& middle) {
        CursorKey const key{Secret{"key"}};
        auto const query = parse_list_query(schema, parameters, key).value();
        CursorPosition const ahead{.keys = middle};
        Principal admin{.user = id_of(alice), .session = {}, .name = "alice", .role = Role::admin};
        Principal member{.user = id_of(bob), .session = {}, .name = "bob", .role = Role::user};
        admin.via = member.via = Via::access_token;
        member.teams = {{team_, TeamRole::viewer}};
        for (auto const& principal : {admin, member}) {
            auto const scope = visible_to(principal, std::move(Sql{}.add(common)));
            app().database().read_now([&](Tx& tx) {
                for (auto const& branch : predicate(query, scope, tx.engine())) {
                    for (auto const* position : {static_cast<CursorPosition const*>(nullptr), &ahead}) {
                        auto const statement =
                            scan_rows(query, {branch}, position, 51, page_fields(*query.schema)).statement;
                        SCOPED_TRACE(statement.text());
                        expect_served(explain(tx, statement));
                    }
                }
            });
        }
    }

    Id id() { return app()->ids().make(app().clock.now()); }
    std::int64_t now() { return to_micros(app().clock.now()); }
    Id team_{};
    Id task_{};
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupPlans, each_engine, engine_name);

TEST_P(BackupPlans, TasksByAnySortAndFilter) {
    auto const& schema = schema_of<BackupTask>();
    expect_list_served(schema, {}, live_tasks, {id()});
    expect_list_served(schema, {{"sort", "name"}}, live_tasks, {"task-5", id()});
    expect_list_served(schema, {{"sort", "-state"}}, live_tasks, {"running", id()});
    expect_list_served(schema, {{"sort", "-created_at"}}, live_tasks, {now(), id()});
    expect_list_served(schema, {{"sort", "updated_at"}}, live_tasks, {now(), id()});
    expect_list_served(schema, {{"state", "overdue"}}, live_tasks, {id()});
    expect_list_served(schema, {{"kind", "files"}}, live_tasks, {id()});
    expect_list_served(schema, {{"server", server}}, live_tasks, {id()});
    expect_list_served(schema, {{"repository", no_such_id}}, live_tasks, {id()});
}

TEST_P(BackupPlans, RunsByAnySortAndFilter) {
    auto const& schema = schema_of<Ran>();
    expect_list_served(schema, {}, live_runs, {id()});
    expect_list_served(schema, {{"sort", "-queued_at"}}, live_runs, {now(), id()});
    expect_list_served(schema, {{"state", "failed"}}, live_runs, {id()});
    expect_list_served(schema, {{"task", task_.to_string()}}, live_runs, {id()});
    expect_list_served(schema, {{"server", server}}, live_runs, {id()});
}

TEST_P(BackupPlans, RepositoriesByAnySort) {
    auto const& schema = schema_of<Repository>();
    expect_list_served(schema, {}, "", {id()});
    expect_list_served(schema, {{"sort", "name"}}, "", {"name", id()});
    expect_list_served(schema, {{"sort", "created_at"}}, "", {now(), id()});
}

TEST_P(BackupPlans, WhatIsDueAndWhoIsPingedAreAskedOfAnIndex) {
    app().database().read_now([&](Tx& tx) {
        for (auto const& statement :
             {Sql{}.add("SELECT 1 FROM backups WHERE look_at <= ").bind(now()).add(" LIMIT 1"),
              Sql{}
                  .add("SELECT id FROM backups WHERE look_at <= ")
                  .bind(now())
                  .add(" ORDER BY look_at LIMIT 50"),
              Sql{}.add("SELECT id FROM backups WHERE stopped_at IS NULL AND ping_key = ").bind(id()),
              Sql{}
                  .add("SELECT id FROM runs WHERE state = 'running' AND id < ")
                  .bind(id())
                  .add(" ORDER BY id LIMIT 50"),
              Sql{}
                  .add("SELECT id FROM runs WHERE state = 'running' AND task = ")
                  .bind(id())
                  .add(" AND rid = ")
                  .bind(id()),
              Sql{}.add("SELECT state FROM runs WHERE task = ").bind(id()).add(" AND id >= ").bind(id())}) {
            SCOPED_TRACE(statement.text());
            expect_served(explain(tx, statement));
        }
    });
}

}  // namespace
}  // namespace securestack::test
