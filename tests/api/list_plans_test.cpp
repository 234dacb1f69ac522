// Every list query has an index that serves it: the engine's own plan shows neither a scan of the whole table
// nor a sort.
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/audit_record.hpp"
#include "identity/team.hpp"
#include "identity/visible.hpp"
#include "resource/keyset.hpp"
#include "servers/server.hpp"
#include "support/app_fixture.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

class ListPlans : public ApiTest {
  protected:
    // Enough rows that a plan without an index would be the worse one, and statistics to know it.
    static constexpr int rows = 4'000;

    void fill_with_servers() {
        auto const now = app().clock.now();
        std::vector<Team> both(teams.size());
        for (std::size_t i = 0; i < teams.size(); ++i) {
            both[i].id = teams[i] = app()->ids().make(now);
            both[i].name = both[i].name_fold = teams[i].to_string();
        }
        std::vector<Server> servers(rows);
        for (int i = 0; i < rows; ++i) {
            auto& server = servers[static_cast<std::size_t>(i)];
            server.id = app()->ids().make(now);
            server.name = "server-" + std::to_string(i * 7919 % 100'003);
            server.hostname = "host-" + std::to_string(i % 500);
            server.ip = Address::parse("192.0.2." + std::to_string(i % 250));
            server.os = "System " + std::to_string(i % 5);
            server.environment = static_cast<Environment>(i % 4);
            server.status = static_cast<ServerStatus>(i % 3);
            server.owner = owner_of(i);
            if (i % 5 < 2) server.team = teams[static_cast<std::size_t>(i % 5)];
            server.created_at = server.updated_at = now + std::chrono::seconds{i};
        }
        app().database().maintain_now([&](Tx& tx) {
            insert_all(tx, both);
            insert_all(tx, servers);
            if (tx.engine() == Engine::postgresql) tx.run_script("ANALYZE servers");
        });
    }

    void fill_with_records() {
        auto const now = app().clock.now();
        std::vector<AuditRecord> records(rows);
        for (int i = 0; i < rows; ++i) {
            auto& record = records[static_cast<std::size_t>(i)];
            record.id = app()->ids().make(now);
            record.at = now + std::chrono::seconds{i};
            record.actor.type = ActorType::user;
            record.actor.id = record.actor_id = owner_of(i);
            record.action = i % 2 == 0 ? "server.create" : "server.update";
            record.object.type = "server";
            record.object.id = record.object_id = record.id.to_string();
            record.outcome = i % 50 == 0 ? Outcome::denied : Outcome::success;
        }
        app().database().maintain_now([&](Tx& tx) {
            insert_all(tx, records);
            if (tx.engine() == Engine::postgresql) tx.run_script("ANALYZE audit_records");
        });
    }

    Id owner_of(int row) { return id_of(row % 2 == 0 ? bob : mallory); }

    // For few rows PostgreSQL rightly sorts; `has_no_choice` asks whether there is an index that it could
    // use.
    enum class Planner { chooses, has_no_choice };

    std::string explain(Tx& tx, Sql const& statement, Planner planner = Planner::chooses) {
        bool const sqlite = GetParam() == Engine::sqlite;
        if (!sqlite && planner == Planner::has_no_choice) {
            for (std::string const way : {"enable_seqscan", "enable_bitmapscan", "enable_sort"}) {
                tx.query("SELECT set_config('" + way + "', 'off', true)", {}, [](Row const&) {});
            }
        }
        std::string plan;
        tx.query((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + statement.text(), statement.params(),
                 [&](Row const& row) { plan += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
        return plan;
    }
    void expect_served(std::string const& plan) {
        using ::testing::HasSubstr;
        using ::testing::Not;
        if (GetParam() == Engine::sqlite) {
            EXPECT_THAT(plan, HasSubstr("INDEX"));
            EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
        } else {
            EXPECT_THAT(plan, HasSubstr("Index"));
            EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
            // A sort within equal names (of one owner there is one) is no sort of the table.
            auto without_incremental = plan;
            for (auto at = plan.npos; (at = without_incremental.find("Incremental Sort")) != plan.npos;) {
                without_incremental.erase(at, 16);
            }
            EXPECT_THAT(without_incremental, Not(HasSubstr("Sort  (")));
        }
    }

    // A page's worth of each branch is sorted into one page; the table is read by its indexes only.
    void expect_merged(std::string const& plan) {
        using ::testing::ContainsRegex;
        using ::testing::Not;
        EXPECT_THAT(plan, Not(ContainsRegex(GetParam() == Engine::sqlite ? "SCAN servers\n" : "Seq Scan")));
    }

    // The first page, one in the middle, and one on the way back.
    void expect_pages_served(securestack::Schema const& schema, QueryParameters const& parameters,
                             Scope const& scope, Params const& middle, Planner planner = Planner::chooses) {
        CursorKey const key{Secret{"key"}};
        auto const query = parse_list_query(schema, parameters, key).value();
        app().database().read_now([&](Tx& tx) {
            auto const where = predicate(query, scope, tx.engine());
            CursorPosition const ahead{.keys = middle};
            CursorPosition const back{.keys = middle, .backward = true};
            for (auto const* position : {static_cast<CursorPosition const*>(nullptr), &ahead, &back}) {
                for (auto const& branch : where) {
                    auto const statement =
                        scan_rows(query, {branch}, position, 51, page_fields(*query.schema)).statement;
                    SCOPED_TRACE(statement.text());
                    expect_served(explain(tx, statement, planner));
                }
                if (where.size() == 1) continue;
                auto const merged =
                    scan_rows(query, where, position, 51, page_fields(*query.schema)).statement;
                SCOPED_TRACE(merged.text());
                expect_merged(explain(tx, merged, Planner::has_no_choice));
            }
        });
    }

    // For an administrator, for an owner, and for a member of two teams.
    std::vector<Scope> scopes() {
        return scopes([](Principal const& principal) {
            return visible_to(principal, std::move(Sql{}.add("deleted_at IS NULL")));
        });
    }
    std::vector<Scope> scopes(std::function<Scope(Principal const&)> const& scope_of) {
        Principal member{.user = id_of(bob), .session = {}, .name = "bob", .role = Role::user};
        Principal admin{.user = id_of(alice), .session = {}, .name = "alice", .role = Role::admin};
        admin.via = member.via = Via::access_token;
        auto owner = member;
        member.teams = {{teams[0], TeamRole::maintainer}, {teams[1], TeamRole::maintainer}};
        std::vector<Scope> all;
        for (auto const& principal : {admin, owner, member}) all.push_back(scope_of(principal));
        return all;
    }

    std::array<Id, 2> teams;
    Id middle_id() { return app()->ids().make(app().clock.now()); }
};
INSTANTIATE_TEST_SUITE_P(Engines, ListPlans, each_engine, engine_name);

TEST_P(ListPlans, ServersByAnySortForAllAndForAnOwner) {
    fill_with_servers();
    auto const now = to_micros(app().clock.now()) + 2'000'000'000;
    std::vector<std::pair<std::string, Param>> const sorts{
        {"name", "server-5"},       {"hostname", "host-250"}, {"status", "maintenance"},
        {"environment", "staging"}, {"created_at", now},      {"updated_at", now}};
    for (auto const& owner : scopes()) {
        expect_pages_served(schema_of<Server>(), {}, owner, {middle_id()});
        for (auto const& [sort, value] : sorts) {
            expect_pages_served(schema_of<Server>(), {{"sort", sort}}, owner, {value, middle_id()});
            expect_pages_served(schema_of<Server>(), {{"sort", "-" + sort}}, owner, {value, middle_id()});
        }
    }
}

// For few rows PostgreSQL reads the table as well.
TEST_P(ListPlans, ServersInTheirUsualOrderAreReadFromTheIndexAlone) {
    if (GetParam() == Engine::postgresql) return;
    fill_with_servers();
    CursorKey const key{Secret{"key"}};
    auto const query = parse_list_query(schema_of<Server>(), {}, key).value();
    auto const fields = page_fields(*query.schema);
    CursorPosition const middle{.keys = {middle_id()}};
    app().database().read_now([&](Tx& tx) {
        for (auto const& scope : scopes()) {
            for (auto const& branch : predicate(query, scope, tx.engine())) {
                auto const statement = scan_rows(query, {branch}, &middle, 51, fields).statement;
                EXPECT_THAT(explain(tx, statement), ::testing::HasSubstr("USING COVERING INDEX"));
            }
        }
    });
}

TEST_P(ListPlans, ServersByStatusOrEnvironmentForAllAndForAnOwner) {
    fill_with_servers();
    for (auto const& owner : scopes()) {
        expect_pages_served(schema_of<Server>(), {{"status", "offline"}}, owner, {middle_id()});
        expect_pages_served(schema_of<Server>(), {{"environment", "test"}}, owner, {middle_id()});
        expect_pages_served(schema_of<Server>(), {{"status", "offline"}, {"sort", "name"}}, owner,
                            {"server-5", middle_id()});
    }
}

// What a client can ask about `field`: a value of it, in the order of ids; times as a range, in their own.
QueryParameters filter_by(securestack::Field const& field, Id owner, Id team, Time now) {
    static std::map<std::string_view, std::string> const values{
        {"name", "server-5"}, {"hostname", "host-250"}, {"ip", "192.0.2.7"},
        {"os", "System 3"},   {"environment", "test"},  {"status", "offline"}};
    std::string const name{field.name};
    if (auto const known = values.find(field.name); known != values.end()) return {{name, known->second}};
    if (name == "owner") return {{name, owner.to_string()}};
    if (name == "team") return {{name, team.to_string()}};
    return {{name + ".gte", format_time(now)}, {"sort", name}};
}

TEST_P(ListPlans, ServersByAnyOneFilterForAllAndForAnOwner) {
    fill_with_servers();
    for (auto const& scope : scopes()) {
        for (auto const& field : schema_of<Server>().fields) {
            // Labels have no index; of one owner's names there is one, which any index finds.
            if (!field.is_filterable || field.name == "labels") continue;
            if (field.name == "name" && !scope.alternatives().empty()) continue;
            SCOPED_TRACE(field.name);
            auto const filter = filter_by(field, id_of(bob), teams[0], app().clock.now());
            Params middle{middle_id()};
            if (filter.size() > 1)
                middle.insert(middle.begin(), to_micros(app().clock.now()) + 2'000'000'000);
            expect_pages_served(schema_of<Server>(), filter, scope, middle, Planner::has_no_choice);
        }
    }
}

TEST_P(ListPlans, ServersWithoutATeamForAllAndForAnOwner) {
    fill_with_servers();
    for (auto const& scope : scopes())
        expect_pages_served(schema_of<Server>(), {{"team", "null"}}, scope, {middle_id()},
                            Planner::has_no_choice);
}

TEST_P(ListPlans, DeletedServersForAllAndForAnOwner) {
    fill_with_servers();
    app().database().maintain_now([&](Tx& tx) {
        tx.execute("UPDATE servers SET deleted_at = $1, version = version + 1 WHERE os = 'System 4'",
                   {app().clock.now()});
    });
    auto const deleted = scopes([](Principal const& principal) {
        return managed_by(principal, std::move(Sql{}.add("deleted_at IS NOT NULL")));
    });
    for (auto const& scope : deleted)
        expect_pages_served(schema_of<Server>(), {}, scope, {middle_id()}, Planner::has_no_choice);
}

TEST_P(ListPlans, WhetherAUserOwnsAnythingIsAskedOfAnIndex) {
    fill_with_servers();
    app().database().read_now([&](Tx& tx) {
        expect_served(explain(tx, Sql{}.add("SELECT 1 FROM servers WHERE owner = ").bind(id_of(carol)),
                              Planner::has_no_choice));
    });
}

TEST_P(ListPlans, AuditRecordsByTimeForAnyOneFilter) {
    fill_with_records();
    auto const now = to_micros(app().clock.now()) + 2'000'000'000;
    Sql const own = Sql{}.add("actor_id = ").bind(id_of(bob));
    for (auto const& sort : {"at", "-at"}) {
        QueryParameters const by_time{{"sort", sort}};
        expect_pages_served(schema_of<AuditRecord>(), by_time, {}, {now, middle_id()});
        expect_pages_served(schema_of<AuditRecord>(), by_time, own, {now, middle_id()});
        for (auto const& [name, value] :
             std::vector<std::pair<std::string, std::string>>{{"actor", id_of(bob).to_string()},
                                                              {"object", id_of(bob).to_string()},
                                                              {"api_key", middle_id().to_string()},
                                                              {"action", "server.update"},
                                                              {"outcome", "denied"}}) {
            expect_pages_served(schema_of<AuditRecord>(), {{"sort", sort}, {name, value}}, {},
                                {now, middle_id()});
        }
    }
}

}  // namespace
}  // namespace securestack::test
