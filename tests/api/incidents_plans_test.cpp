// Every usual question about incidents and maintenance windows is answered by an index.
#include <gmock/gmock.h>

#include "identity/visible.hpp"
#include "incidents/access.hpp"
#include "incidents/window.hpp"
#include "incidents_fixture.hpp"
#include "resource/keyset.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class IncidentPlans : public IncidentTest {
  protected:
    static constexpr int rows = 4'000;

    void fill_with_incidents() {
        auto const owner = id_of(bob);
        auto const other = id_of(mallory);
        auto const now = app().clock.now();
        app().database().maintain_now([&](Tx& tx) {
            std::vector<Incident> incidents(rows);
            for (int i = 0; i < rows; ++i) {
                auto& incident = incidents[static_cast<std::size_t>(i)];
                incident.id = app()->ids().make(now);
                incident.number = i + 1;
                incident.title = "x";
                incident.severity = static_cast<Severity>(i % 5);
                incident.status = i % 20 == 0 ? IncidentStatus::open : IncidentStatus::resolved;
                incident.source = static_cast<IncidentSource>(i % 9);
                incident.dedup_key = "key-" + std::to_string(i);
                incident.owner = incident.reporter = i % 2 == 0 ? owner : other;
                if (i % 40 == 1) incident.assignee = owner;
                incident.opened_at = incident.created_at = incident.updated_at =
                    now + std::chrono::seconds{i};
            }
            insert_all(tx, incidents);
            if (tx.engine() == Engine::postgresql) tx.run_script("ANALYZE incidents");
        });
    }

    void fill_with_windows() {
        auto const owner = id_of(bob);
        auto const other = id_of(mallory);
        auto const now = app().clock.now();
        app().database().maintain_now([&](Tx& tx) {
            std::vector<MaintenanceWindow> windows(rows);
            for (int i = 0; i < rows; ++i) {
                auto& window = windows[static_cast<std::size_t>(i)];
                window.id = app()->ids().make(now);
                window.title = "x";
                window.owner = i % 2 == 0 ? owner : other;
                window.created_at = window.occurs_from = now + std::chrono::seconds{i};
                window.occurs_until = window.over_at = now + std::chrono::seconds{i + 60};
            }
            insert_all(tx, windows);
            if (tx.engine() == Engine::postgresql) tx.run_script("ANALYZE maintenance_windows");
        });
    }

    std::string explain(Tx& tx, Sql const& statement) {
        bool const sqlite = GetParam() == Engine::sqlite;
        if (!sqlite) {
            // For few rows PostgreSQL rightly reads them all and sorts: the question is whether it has a
            // choice.
            for (std::string const way : {"enable_seqscan", "enable_bitmapscan", "enable_sort"}) {
                tx.query("SELECT set_config('" + way + "', 'off', true)", {}, [](Row const&) {});
            }
        }
        std::string plan;
        tx.query((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + statement.text(), statement.params(),
                 [&](Row const& row) { plan += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
        return plan;
    }
    void expect_no_scan(std::string const& plan) {
        if (GetParam() == Engine::sqlite) {
            EXPECT_THAT(plan, Not(ContainsRegex("SCAN (incidents|maintenance_windows|servers)($|\n)")));
        } else {
            EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on incidents")));
            EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on maintenance_windows")));
        }
    }
    void expect_pages_served(securestack::Schema const& schema, Scope const& scope,
                             QueryParameters const& parameters, Params const& middle) {
        CursorKey const key{Secret{"key"}};
        auto const query = parse_list_query(schema, parameters, key).value();
        app().database().read_now([&](Tx& tx) {
            auto const where = predicate(query, scope, tx.engine());
            CursorPosition const ahead{.keys = middle};
            CursorPosition const back{.keys = middle, .backward = true};
            for (auto const* position : {static_cast<CursorPosition const*>(nullptr), &ahead, &back}) {
                auto const statement =
                    scan_rows(query, where, position, 51, page_fields(*query.schema)).statement;
                SCOPED_TRACE(statement.text());
                auto const plan = explain(tx, statement);
                SCOPED_TRACE(plan);
                expect_no_scan(plan);
                // What merges the alternatives of a scope sorts a page; nothing sorts more.
                if (scope.alternatives().empty() && GetParam() == Engine::sqlite) {
                    EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
                }
            }
        });
    }
    Principal principal(Persona const& persona) {
        Principal who;
        who.user = id_of(persona);
        who.role = persona.role;
        who.via = Via::access_token;
        who.teams = {{Id::parse("01900000-0000-7000-8000-000000000000").value(), TeamRole::viewer}};
        return who;
    }
    Id middle_id() { return app()->ids().make(app().clock.now()); }
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentPlans, each_engine, engine_name);

TEST_P(IncidentPlans, IncidentsByAnySortForAllAndForAUser) {
    fill_with_incidents();
    auto const now = to_micros(app().clock.now()) + 2'000'000'000;
    std::vector<std::pair<std::string, Param>> const sorts{
        {"number", 2'000}, {"severity", 2}, {"opened_at", now}, {"updated_at", now}};
    for (auto const& reader : {alice, bob}) {
        auto const scope = visible_incidents(principal(reader));
        expect_pages_served(schema_of<Incident>(), scope, {}, {middle_id()});
        expect_pages_served(schema_of<Incident>(), scope, {{"status", "open"}}, {middle_id()});
        for (auto const& [sort, value] : sorts) {
            expect_pages_served(schema_of<Incident>(), scope, {{"sort", sort}}, {value, middle_id()});
            expect_pages_served(schema_of<Incident>(), scope, {{"sort", "-" + sort}}, {value, middle_id()});
        }
    }
}

TEST_P(IncidentPlans, IncidentsByAnyOneFilter) {
    fill_with_incidents();
    auto const everything = visible_incidents(principal(alice));
    auto const user = id_of(bob).to_string();
    for (auto const& [name, value] : QueryParameters{{"status", "open"},
                                                     {"severity", "low"},
                                                     {"source", "backup"},
                                                     {"dedup_key", "key-7"},
                                                     {"reporter", user},
                                                     {"assignee", user},
                                                     {"team", user}}) {
        expect_pages_served(schema_of<Incident>(), everything, {{name, value}}, {middle_id()});
    }
}

TEST_P(IncidentPlans, WindowsByAnySortForAllAndForAUser) {
    fill_with_windows();
    auto const now = to_micros(app().clock.now()) + 2'000'000'000;
    for (auto const& reader : {alice, bob}) {
        auto const scope = visible_to(principal(reader), {});
        expect_pages_served(schema_of<MaintenanceWindow>(), scope, {}, {middle_id()});
        for (std::string const sort : {"occurs_from", "-occurs_until", "created_at"}) {
            expect_pages_served(schema_of<MaintenanceWindow>(), scope, {{"sort", sort}}, {now, middle_id()});
        }
    }
}

TEST_P(IncidentPlans, TheIncidentOfAKeyIsFoundByIt) {
    fill_with_incidents();
    app().database().read_now([&](Tx& tx) {
        auto const key = Sql{}.add("SELECT id FROM incidents WHERE dedup_key = ").bind("key-7");
        expect_no_scan(explain(tx, Sql{key}.add(" AND status <> 'resolved'")));
        expect_no_scan(explain(tx, Sql{key}.add(" AND dedup_key IS NOT NULL ORDER BY id DESC LIMIT 1")));
    });
}

TEST_P(IncidentPlans, WhetherAServerIsInMaintenanceIsAskedOfIndexes) {
    fill_with_windows();
    app().database().read_now([&](Tx& tx) {
        auto const window = [&](std::string_view condition) {
            return Sql{}
                .add("SELECT id FROM maintenance_windows WHERE labels <> '{}' AND over_at > ")
                .bind(app().clock.now())
                .add(condition);
        };
        expect_no_scan(explain(tx, window(" AND owner = ").bind(id_of(bob))));
        expect_no_scan(explain(tx, window(" AND team = ").bind(id_of(bob))));
        expect_no_scan(explain(tx, window(" AND everywhere = ").bind(true)));
    });
}

}  // namespace
}  // namespace securestack::test
