// The list of incidents: order, filters, search, pages and exports.
#include <algorithm>
#include <set>

#include "incidents/incident.hpp"
#include "incidents_fixture.hpp"
#include "resource/table.hpp"

namespace securestack::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class IncidentList : public IncidentTest {
  protected:
    Texts titles(std::string const& query) {
        auto const page = as(bob).get("/api/incidents?" + query);
        EXPECT_EQ(page.status, 200) << page.body;
        return column(page, "title");
    }
    // Straight into the table: many, and each a little different.
    void insert(int count) {
        auto const owner = id_of(bob);
        auto const other = id_of(mallory);
        app().database().write_now([&](Tx& tx) {
            for (int i = 0; i < count; ++i) {
                Incident incident;
                incident.id = app()->ids().make(app().clock.now());
                incident.number = i + 1;
                incident.title = "incident-" + std::to_string(i);
                incident.severity = static_cast<Severity>(i % 5);
                incident.status = static_cast<IncidentStatus>(i % 3);
                incident.owner = i % 2 == 0 ? owner : other;
                incident.reporter = incident.owner;
                if (i % 3 == 0) incident.assignee = owner;
                incident.opened_at = incident.created_at = app().clock.now() - std::chrono::minutes{i / 4};
                incident.updated_at = app().clock.now() - std::chrono::seconds{i % 17};
                Table<Incident>(tx).insert(incident).value();
            }
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentList, each_engine, engine_name);

TEST_P(IncidentList, TheNewestComeFirst) {
    new_incident(bob, "one");
    new_incident(bob, "two");

    EXPECT_THAT(titles(""), ElementsAre("two", "one"));
    EXPECT_THAT(titles("sort=number"), ElementsAre("one", "two"));
}

TEST_P(IncidentList, SeverityIsSortedByRank) {
    for (std::string const severity : {"low", "critical", "info", "medium", "high"}) {
        new_incident(bob, severity, R"(, "severity": ")" + severity + '"');
    }

    EXPECT_THAT(titles("sort=severity"), ElementsAre("critical", "high", "medium", "low", "info"));
    EXPECT_THAT(titles("sort=-severity"), ElementsAre("info", "low", "medium", "high", "critical"));
    EXPECT_THAT(titles("severity=high&severity=low&sort=severity"), ElementsAre("high", "low"));
}

TEST_P(IncidentList, EachFilterFindsItsOwn) {
    auto const server = new_server(bob, "db-1");
    auto const other = new_server(bob, "db-2");
    auto const one = new_incident(bob, "one", R"(, "severity": "high", "servers": )" + ids({server, other}));
    new_incident(bob, "two", R"(, "servers": )" + ids({other}));
    auto const three = new_incident(bob, "three", R"(, "assignee": ")" + user(bob) + '"');
    as(bob).post(path(three, "/resolve"));
    auto const reported = report(report_of("backup:1", {server}));

    EXPECT_THAT(titles("status=resolved"), ElementsAre("three"));
    EXPECT_EQ(titles("status=open&status=acknowledged").size(), 3U);
    EXPECT_THAT(titles("severity=high&source=manual"), ElementsAre("one"));
    EXPECT_THAT(titles("source=backup"), ElementsAre("Backup nightly is overdue"));
    EXPECT_THAT(titles("dedup_key=backup:1"), ElementsAre("Backup nightly is overdue"));
    EXPECT_THAT(titles("server=" + server), UnorderedElementsAre("one", "Backup nightly is overdue"));
    EXPECT_EQ(titles("server=" + server + "&server=" + other).size(), 3U);
    EXPECT_THAT(titles("server=" + server + "&source=manual"), ElementsAre("one"));
    EXPECT_THAT(titles("assignee=" + user(bob)), ElementsAre("three"));
    EXPECT_EQ(titles("assignee=null").size(), 3U);
    EXPECT_EQ(titles("reporter=" + user(bob)).size(), 3U);
    EXPECT_EQ(titles("reporter=null").size(), 1U);
    EXPECT_THAT(titles("team=" + server), IsEmpty());
    EXPECT_THAT(titles("number=1"), ElementsAre("one"));
    EXPECT_EQ(titles("number.gte=" + std::to_string(reported.number)).size(), 1U);
    EXPECT_THAT(titles("opened_at.gt=" + format_time(app().clock.now())), IsEmpty());
    EXPECT_EQ(one.size(), 36U);
}

TEST_P(IncidentList, AFilterByServerIsCheckedAndStaysInTheLinks) {
    auto const server = new_server(bob, "db-1");
    for (int i = 0; i < 5; ++i)
        new_incident(bob, "x" + std::to_string(i), R"(, "servers": )" + ids({server}));
    new_incident(bob, "elsewhere");

    EXPECT_EQ(as(bob).get("/api/incidents?server=db-1").status, 400);
    EXPECT_EQ(as(bob).get("/api/incidents?servers=" + server).status, 400);
    auto page = as(bob).get("/api/incidents?limit=2&server=" + server);
    std::set<std::string> seen;
    for (auto const& title : column(page, "title")) seen.insert(title);
    while (!page.at("/next").is_null()) {
        EXPECT_THAT(page.text("/next"), HasSubstr("server=" + server));
        page = as(bob).get(page.text("/next"));
        for (auto const& title : column(page, "title")) EXPECT_TRUE(seen.insert(title).second);
    }
    EXPECT_EQ(seen.size(), 5U);
}

TEST_P(IncidentList, WordsAreFoundInTitleAndDescription) {
    new_incident(bob, "Disk full", R"(, "description": "On the **Archive** volume")");
    new_incident(bob, "Disk slow");

    EXPECT_THAT(titles("q=disk%20archive"), ElementsAre("Disk full"));
    EXPECT_EQ(titles("q=DISK").size(), 2U);
}

TEST_P(IncidentList, PagesForwardAndBackByAnySortHoldEachOnce) {
    insert(90);
    for (std::string const sort :
         {"number", "-severity", "opened_at", "-updated_at", "severity,-opened_at"}) {
        SCOPED_TRACE(sort);
        auto page = as(bob).get("/api/incidents?limit=7&sort=" + sort);
        std::vector<Texts> there{column(page, "title")};
        while (!page.at("/next").is_null()) {
            page = as(bob).get(page.text("/next"));
            there.push_back(column(page, "title"));
        }
        std::set<std::string> all;
        for (auto const& titles : there) all.insert(titles.begin(), titles.end());
        EXPECT_EQ(all.size(), 60U);
        for (auto at = there.size() - 1; at-- > 0;) {
            page = as(bob).get(page.text("/previous"));
            EXPECT_EQ(column(page, "title"), there[at]);
        }
        EXPECT_TRUE(page.at("/previous").is_null());
    }
}

TEST_P(IncidentList, ExportsHoldTheWholeList) {
    auto const server = new_server(bob, "db-1");
    new_incident(bob, "one", R"(, "severity": "critical", "servers": )" + ids({server}));
    new_incident(bob, "=two");
    new_incident(mallory, "hidden");

    auto const csv = as(bob).with("Accept", "text/csv").get("/api/incidents?sort=number");
    auto const lines = as(bob).with("Accept", "application/x-ndjson").get("/api/incidents?server=" + server);

    EXPECT_THAT(csv.body, HasSubstr("one,,critical,open"));
    EXPECT_THAT(csv.body, HasSubstr("'=two"));
    EXPECT_EQ(std::ranges::count(csv.body, '\n'), 3);
    EXPECT_EQ(std::ranges::count(lines.body, '\n'), 1);
    EXPECT_THAT(lines.body, HasSubstr(server));
    EXPECT_EQ(records("incident.export"), 2);
}

TEST_P(IncidentList, ACursorServesNoOtherServer) {
    auto const server = new_server(bob, "one");
    auto const other = new_server(bob, "two");
    for (auto const& id : {server, server, other, other})
        new_incident(bob, "x", R"(, "servers": [")" + id + "\"]");
    auto const cursor_of = [](Answer const& page) {
        auto const next = page.text("/next");
        return "limit=1&" + next.substr(next.find("cursor="));
    };

    auto const filtered = cursor_of(as(bob).get("/api/incidents?limit=1&server=" + server));
    EXPECT_EQ(as(bob).get("/api/incidents?server=" + server + "&" + filtered).status, 200);
    EXPECT_EQ(as(bob).get("/api/incidents?server=" + other + "&" + filtered).status, 400);
    EXPECT_EQ(as(bob).get("/api/incidents?" + filtered).status, 400);

    auto const nested = cursor_of(as(bob).get("/api/servers/" + server + "/incidents?limit=1"));
    EXPECT_EQ(as(bob).get("/api/servers/" + server + "/incidents/?" + nested).status, 200);
    EXPECT_EQ(as(bob).get("/api/servers/" + other + "/incidents?" + nested).status, 400);
    EXPECT_EQ(as(bob).get("/api/incidents?" + nested).status, 400);
}

}  // namespace
}  // namespace securestack::test
