// Search and summary: what the lists would show, and no more.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

class Overview : public ApiTest {
  protected:
    std::string add(Persona const& persona, std::string const& path, std::string const& body) {
        auto const answer = as(persona).post(path, body);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer.id();
    }
    // The groups of an answer, by their kind.
    static std::map<std::string, std::size_t> found(Answer const& answer) {
        std::map<std::string, std::size_t> groups;
        auto const all = answer.at("/groups");
        for (auto const& group : all.as_array()) {
            groups.emplace(group.at("type").as_string(), group.at("results").as_array().size());
        }
        return groups;
    }
    using Groups = std::map<std::string, std::size_t>;
};
INSTANTIATE_TEST_SUITE_P(Engines, Overview, each_engine, engine_name);

TEST_P(Overview, OneSearchFindsInEveryKind) {
    auto const server = add(bob, "/api/servers", R"({"name": "kraken-1", "hostname": "k.example.com"})");
    add(bob, "/api/backups", R"({"server": ")" + server + R"(", "name": "kraken nightly"})");
    add(bob, "/api/incidents", R"({"title": "The kraken sleeps"})");

    auto const answer = as(bob).get("/api/search?q=kraken");

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(found(answer), (Groups{{"server", 1}, {"backup", 1}, {"incident", 1}}));
    EXPECT_EQ(answer.text("/groups/0/results/0/name"), "kraken-1");
    EXPECT_EQ(answer.text("/groups/0/results/0/detail"), "k.example.com");
    EXPECT_EQ(answer.text("/groups/0/results/0/url"), "/api/servers/" + server);
    EXPECT_EQ(as(bob).get(answer.text("/groups/0/url")).at("/results").as_array().size(), 1U);
}

TEST_P(Overview, NobodyFindsWhatIsNotTheirs) {
    add(bob, "/api/servers", R"({"name": "kraken-1"})");

    EXPECT_EQ(found(as(mallory).get("/api/search?q=kraken")), Groups{});
    EXPECT_EQ(found(as(carol).get("/api/search?q=kraken")), (Groups{{"server", 1}}));
    EXPECT_EQ(anonymous().get("/api/search?q=kraken").status, 401);
}

TEST_P(Overview, UsersAreForThoseWhoSeeThemAll) {
    id_of(mallory);

    EXPECT_EQ(found(as(alice).get("/api/search?q=mallory")), (Groups{{"user", 1}}));
    EXPECT_EQ(found(as(bob).get("/api/search?q=mallory")), Groups{});
}

TEST_P(Overview, AGroupIsBoundedAndTellsOfMore) {
    for (int i = 0; i < 6; ++i) add(bob, "/api/servers", R"({"name": "kraken-)" + std::to_string(i) + "\"}");

    auto const five = as(bob).get("/api/search?q=kraken");
    auto const all = as(bob).get("/api/search?q=kraken&limit=6");

    EXPECT_EQ(found(five), (Groups{{"server", 5}}));
    EXPECT_EQ(five.at("/groups/0/more"), true);
    EXPECT_EQ(found(all), (Groups{{"server", 6}}));
    EXPECT_EQ(all.at("/groups/0/more"), false);
}

TEST_P(Overview, AQuestionNeedsAWord) {
    for (auto const* query : {"", "?q=", "?q=%20", "?q=%C2%AD", "?q=%20%E2%80%8B", "?q=a&limit=0",
                              "?q=a&limit=21", "?q=a&limit=x", "?p=a"})
        EXPECT_EQ(as(bob).get(std::string{"/api/search"} + query).status, 400) << query;
}

TEST_P(Overview, WordsOfAnyLengthAndScriptAreFoundAfterEveryChange) {
    auto const id = add(bob, "/api/servers", R"({"name": "Żółw 100%", "description": "ab \"quoted\" _x"})");
    auto const finds = [&](std::string const& word) {
        return !as(bob).get("/api/servers?q=" + percent_encode(word)).at("/results").as_array().empty();
    };
    for (auto const* word : {"żółw", "ÓŁW", "ół", "a", "100%", "\"quoted\"", "_x", "quo ab", "b \"q"})
        EXPECT_TRUE(finds(word)) << word;
    for (auto const* word : {"zolw", "1000", "__x", "quo zz"}) EXPECT_FALSE(finds(word)) << word;

    as(bob).patch("/api/servers/" + id, R"({"name": "Turtle", "description": ""})");

    EXPECT_FALSE(finds("żółw"));
    EXPECT_TRUE(finds("turtle"));
    app().database().write_now([](Tx& tx) { tx.execute("DELETE FROM servers"); });
    add(bob, "/api/servers", R"({"name": "another"})");
    EXPECT_FALSE(finds("turtle"));
    EXPECT_TRUE(finds("another"));
}

TEST_P(Overview, TheSummaryCountsWhatTheCallerSees) {
    auto const server = add(bob, "/api/servers", R"({"name": "a"})");
    add(bob, "/api/servers", R"({"name": "b", "status": "offline"})");
    add(mallory, "/api/servers", R"({"name": "c"})");
    add(bob, "/api/backups", R"({"server": ")" + server + R"(", "name": "nightly"})");
    add(bob, "/api/incidents", R"({"title": "x", "severity": "critical"})");
    auto const solved = add(bob, "/api/incidents", R"({"title": "y", "severity": "low"})");
    as(bob).post("/api/incidents/" + solved + "/resolve");

    auto const own = as(bob).get("/api/summary");
    auto const all = as(carol).get("/api/summary");

    EXPECT_EQ(own.status, 200) << own.body;
    EXPECT_EQ(own.at("/servers/total"), 2);
    EXPECT_EQ(own.at("/servers/offline"), 1);
    EXPECT_EQ(own.at("/backups/pending"), 1);
    EXPECT_EQ(own.at("/backups/unproven"), 1);
    EXPECT_EQ(own.at("/incidents/total"), 1);
    EXPECT_EQ(own.at("/incidents/critical"), 1);
    EXPECT_EQ(own.text("/acts/0/actor"), "bob");
    EXPECT_EQ(all.at("/servers/total"), 3);
    EXPECT_EQ(as(mallory).get("/api/summary").at("/incidents/total"), 0);
}

TEST_P(Overview, WhatAnApiKeyMayNotReadIsNullInTheSummary) {
    auto const made = as(bob).post("/api/keys", R"({"name": "wall", "scopes": ["servers:read"]})");
    auto const key = anonymous().with("X-API-Key", made.text("/key"));

    auto const summary = key.get("/api/summary");

    EXPECT_EQ(summary.at("/servers/total"), 0) << summary.body;
    for (auto const* part : {"/backups", "/incidents", "/acts"})
        EXPECT_TRUE(summary.at(part).is_null()) << part;
}

}  // namespace
}  // namespace securestack::test
