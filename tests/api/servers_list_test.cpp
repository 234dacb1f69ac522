// The list of servers: pages both ways, order, filters, search, exports.
#include <algorithm>
#include <set>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "servers/server.hpp"
#include "support/app_fixture.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;
using Names = std::vector<std::string>;

class ServerList : public ApiTest {
  protected:
    // Straight into the table: many, and each a little different.
    void insert(int count, Persona const& owner) {
        auto const user = id_of(owner);
        std::vector<Server> servers;
        for (int i = 0; i < count; ++i) {
            servers.push_back(numbered(i));
            servers.back().owner = user;
        }
        app().database().write_now([&](Tx& tx) { insert_all(tx, servers); });
    }
    Server numbered(int i) {
        Server server;
        server.id = app()->ids().make(app().clock.now());
        server.name = "server-" + std::to_string(i * 7919 % 10'007);
        server.hostname = i % 3 == 0 ? "" : "host-" + std::to_string(i % 10) + ".example.com";
        server.environment = static_cast<Environment>(i % 4);
        server.status = static_cast<ServerStatus>(i % 3);
        server.labels = {{"team", i % 2 == 0 ? "web" : "data"}, {"n", std::to_string(i % 5)}};
        server.created_at = app().clock.now() - std::chrono::minutes{i / 4};
        server.updated_at = app().clock.now() - std::chrono::seconds{i % 17};
        return server;
    }

    static Names names_of(Answer const& page) {
        Names names;
        auto const results = page.at("/results");
        for (auto const& row : results.as_array()) names.emplace_back(row.at("name").as_string());
        return names;
    }
    Names names(std::string const& query) {
        auto const page = as(bob).get("/api/servers?" + query);
        EXPECT_EQ(page.status, 200) << page.body;
        auto found = names_of(page);
        std::ranges::sort(found);
        return found;
    }
    // The pages from `page` on, by their "next" or "previous"; `between` is called after each.
    std::vector<Answer> follow(
        Answer page, std::string const& way, std::function<void()> const& between = [] {}) {
        std::vector<Answer> pages{page};
        while (!page.at(way).is_null() && pages.size() < 100) {
            between();
            page = as(bob).get(page.text(way));
            EXPECT_EQ(page.status, 200) << page.body;
            pages.push_back(page);
        }
        return pages;
    }
    static Names all(std::vector<Answer> const& pages) {
        Names names;
        for (auto const& page : pages) std::ranges::copy(names_of(page), std::back_inserter(names));
        return names;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, ServerList, each_engine, engine_name);

constexpr std::array sorts{"",
                           "name",
                           "-name",
                           "hostname",
                           "-hostname",
                           "status",
                           "-status",
                           "environment",
                           "-environment",
                           "created_at",
                           "-created_at",
                           "updated_at",
                           "-updated_at",
                           "status,-name",
                           "-environment,hostname"};

TEST_P(ServerList, ServersPagedForwardAndBackByAnySortComeExactlyOnce) {
    insert(120, bob);
    for (auto const* sort : sorts) {
        SCOPED_TRACE(sort);
        auto const query = "/api/servers?limit=7" + (*sort == '\0' ? "" : "&sort=" + std::string{sort});
        auto const there = follow(as(bob).get(query), "/next");
        auto const back = follow(there.back(), "/previous");

        auto const forward = all(there);
        EXPECT_EQ(forward.size(), 120U);
        EXPECT_EQ(std::set<std::string>(forward.begin(), forward.end()).size(), 120U);
        ASSERT_EQ(back.size(), there.size());
        for (std::size_t i = 0; i < there.size(); ++i) {
            EXPECT_EQ(names_of(back[back.size() - 1 - i]), names_of(there[i]));
        }
    }
}

TEST_P(ServerList, RowsThatComeAndGoBetweenPagesMakeNoOtherAppearTwiceOrNever) {
    insert(120, bob);
    for (auto const* sort : sorts) {
        SCOPED_TRACE(sort);
        Names const before = [&] {
            auto found = all(follow(as(bob).get("/api/servers?limit=200"), "/next"));
            std::ranges::sort(found);
            return found;
        }();
        int step = 0;
        std::string passing;
        auto const disturb = [&] {
            if (!passing.empty()) as(bob).del("/api/servers/" + passing);
            ++step;
            auto const name = (step % 2 == 0 ? "aaa-" : "zzz-") + std::to_string(step) + sort;
            passing =
                as(bob).post("/api/servers", R"({"name": ")" + name + R"(", "status": "offline"})").id();
        };
        auto const query = "/api/servers?limit=9" + (*sort == '\0' ? "" : "&sort=" + std::string{sort});

        auto const there = follow(as(bob).get(query), "/next", disturb);
        auto const back = follow(there.back(), "/previous", disturb);
        as(bob).del("/api/servers/" + passing);

        for (auto const& pages : {there, back}) {
            auto found = all(pages);
            std::erase_if(found, [](std::string const& name) { return !name.starts_with("server-"); });
            std::ranges::sort(found);
            EXPECT_EQ(found, before);
        }
    }
}

TEST_P(ServerList, FiltersNarrowAndRepeatedOnesWiden) {
    for (
        auto const* document :
        {R"({"name": "a", "status": "offline", "environment": "test", "ip": "10.0.0.1", "labels": {"team": "web"}})",
         R"({"name": "b", "status": "active", "environment": "test", "labels": {"team": "data", "tier": "1"}})",
         R"({"name": "c", "status": "maintenance", "hostname": "c.example.com", "os": "Debian 12"})"}) {
        ASSERT_EQ(as(bob).post("/api/servers", document).status, 201);
    }

    EXPECT_EQ(names("status=offline"), (Names{"a"}));
    EXPECT_EQ(names("status=offline&status=maintenance"), (Names{"a", "c"}));
    EXPECT_EQ(names("environment=test&status=active"), (Names{"b"}));
    EXPECT_EQ(names("labels.team=web"), (Names{"a"}));
    EXPECT_EQ(names("labels.team=web&labels.team=data"), (Names{"a", "b"}));
    EXPECT_EQ(names("labels.team=data&labels.tier=1"), (Names{"b"}));
    EXPECT_EQ(names("labels.tier=null"), (Names{"a", "c"}));
    EXPECT_EQ(names("ip=null"), (Names{"b", "c"}));
    EXPECT_EQ(names("ip=10.0.0.1"), (Names{"a"}));
    EXPECT_EQ(names("ip=::ffff:10.0.0.1"), (Names{"a"}));
    EXPECT_EQ(names("hostname=c.example.com"), (Names{"c"}));
    EXPECT_EQ(names("created_at.gte=2026-11-22T02:25:00Z"), (Names{"a", "b", "c"}));
    EXPECT_EQ(names("created_at.lt=2026-11-22T02:25:00Z"), (Names{}));
}

TEST_P(ServerList, SearchLooksAtEveryWordWithoutRegardToCase) {
    as(bob).post("/api/servers",
                 R"({"name": "Straße-1", "description": "holds the ORDERS", "ip": "10.1.2.3"})");
    as(bob).post("/api/servers", R"({"name": "db-100%", "hostname": "db.example.com"})");

    EXPECT_EQ(names("q=strasse"), (Names{"Straße-1"}));
    EXPECT_EQ(names("q=orders%20STRASSE"), (Names{"Straße-1"}));
    EXPECT_EQ(names("q=100%25"), (Names{"db-100%"}));
    EXPECT_EQ(names("q=10.1.2"), (Names{"Straße-1"}));
    EXPECT_EQ(names("q=orders%20db"), (Names{}));
}

TEST_P(ServerList, AParameterThatCannotBeMeantIs400) {
    for (auto const* query : {"colour=red", "status=red", "limit=0", "limit=201", "limit=x", "sort=labels",
                              "sort=name,name", "cursor=AAAA", "created_at.gte=yesterday", "labels=web",
                              "owner=bob", "deleted_at=null", "count=yes", "version=1", "q=%ff"}) {
        auto const answer = as(bob).get("/api/servers?" + std::string{query});
        EXPECT_EQ(answer.status, 400) << query << answer.body;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << query;
    }
}

TEST_P(ServerList, ACursorServesNoOtherQuestionAndNoForgery) {
    insert(20, bob);
    auto const next = as(bob).get("/api/servers?limit=5&sort=name").text("/next");

    EXPECT_EQ(as(bob).get(next).status, 200);
    EXPECT_EQ(as(bob).get(next + "&status=active").status, 400);
    auto forged = next;
    auto& last = forged[forged.find("cursor=") + 12];
    last = last == 'A' ? 'B' : 'A';
    EXPECT_EQ(as(bob).get(forged).status, 400);
}

TEST_P(ServerList, ACursorOfTheDeletedServesThoseAlone) {
    insert(4, bob);
    auto const servers = as(bob).get("/api/servers").at("/results").as_array();
    for (std::size_t i = 0; i < 2; ++i)
        as(bob).del("/api/servers/" + std::string{servers[i].at("id").as_string()});

    auto const next = as(bob).get("/api/servers?limit=1&deleted=true").text("/next");

    EXPECT_EQ(as(bob).get(next).status, 200);
    EXPECT_EQ(as(bob).get("/api/servers?limit=1&" + next.substr(next.find("cursor="))).status, 400);
}

TEST_P(ServerList, AnExportHasNoPages) {
    for (std::string const of_a_page : {"limit=2", "count=true", "limit=2&count=false"}) {
        auto const refused = as(bob).with("Accept", "text/csv").get("/api/servers?" + of_a_page);

        EXPECT_EQ(refused.status, 400) << of_a_page;
        EXPECT_EQ(refused.text("/errors/0/code"), "conflict");
    }
}

TEST_P(ServerList, ACsvExportHoldsEveryRowOnceAndIsRecorded) {
    insert(2'345, bob);
    insert(10, mallory);

    auto const answer = as(bob).with("Accept", "text/csv").get("/api/servers?sort=-name");

    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.header("Content-Type").starts_with("text/csv")) << answer.header("Content-Type");
    EXPECT_EQ(std::ranges::count(answer.body, '\n'), 2'346);
    EXPECT_TRUE(answer.body.starts_with("id,name,hostname,ip,")) << answer.body.substr(0, 200);
    EXPECT_EQ(number("SELECT count(*) FROM audit_records WHERE action = 'server.export'"), 1);
}

TEST_P(ServerList, AnNdjsonExportHoldsTheFilteredRowsInOrder) {
    insert(3'000, bob);

    auto const answer =
        as(bob).with("Accept", "application/x-ndjson").get("/api/servers?sort=name&status=offline");

    Names found;
    for (std::size_t at = 0; at < answer.body.size();) {
        auto const end = answer.body.find('\n', at);
        found.emplace_back(json::parse(answer.body.substr(at, end - at)).at("name").as_string());
        at = end + 1;
    }
    EXPECT_EQ(found.size(), 1'000U);
    EXPECT_TRUE(std::ranges::is_sorted(found));
}

}  // namespace
}  // namespace securestack::test
