// A server's life: created, read, changed, deleted, restored, purged.
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "servers/servers.hpp"
#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

class ServersApi : public ApiTest {
  protected:
    std::string create(Persona const& persona, std::string const& name) {
        return as(persona).post("/api/servers", R"({"name": ")" + name + R"("})").id();
    }
    static std::string path(std::string const& id) { return "/api/servers/" + id; }
};
INSTANTIATE_TEST_SUITE_P(Engines, ServersApi, each_engine, engine_name);

constexpr auto full_document = R"({
    "name": "db-1", "hostname": "db-1.example.com", "ip": "2001:DB8:0:0::1", "os": "Debian 12",
    "environment": "staging", "status": "maintenance", "status_reason": "new disks",
    "maintenance_until": "2026-11-23T06:00:00Z", "description": "Primary\nof \"orders\" — 東京",
    "labels": {"team": "web", "tier.example/x": ""},
    "endpoints": [{"host": "db-1.example.com", "port": 5432, "tls": false}, {"host": "192.0.2.1", "port": 443}]})";

TEST_P(ServersApi, ANameAloneMakesAServerWithDefaults) {
    auto const answer = as(bob).post("/api/servers", R"({"name": "db-1"})");

    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.header("Location"), path(answer.id()));
    EXPECT_FALSE(answer.header("ETag").empty());
    auto const expected =
        json::parse(R"({"name": "db-1", "hostname": "", "ip": null, "os": "", "environment": "production",
        "status": "active", "status_reason": "", "maintenance_until": null, "description": "", "labels": {}, "endpoints": [],
        "team": null, "created_at": "2026-11-22T02:25:00.123456Z", "updated_at": "2026-11-22T02:25:00.123456Z"})");
    auto made = answer.json().as_object();
    EXPECT_EQ(made.at("owner").as_string(), id_of(bob).to_string());
    made.erase("id");
    made.erase("owner");
    EXPECT_EQ(json::value(made), expected);
}

TEST_P(ServersApi, EveryMemberComesBackAsItWasSentAndTheAddressNormalised) {
    auto const created = as(bob).post("/api/servers", full_document);
    ASSERT_EQ(created.status, 201) << created.body;

    auto const read = as(bob).get(path(created.id()));

    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.json(), created.json());
    EXPECT_EQ(read.header("ETag"), created.header("ETag"));
    EXPECT_EQ(read.text("/ip"), "2001:db8::1");
    EXPECT_EQ(read.text("/description"), "Primary\nof \"orders\" — 東京");
    EXPECT_EQ(read.at("/endpoints"), json::parse(R"([{"host": "db-1.example.com", "port": 5432, "tls": false},
                                                     {"host": "192.0.2.1", "port": 443, "tls": true}])"));
    EXPECT_EQ(read.text("/maintenance_until"), "2026-11-23T06:00:00.000000Z");
}

TEST_P(ServersApi, AnETagThatTheClientKnowsAnswers304WithoutABody) {
    auto const created = as(bob).post("/api/servers", R"({"name": "db-1"})");

    auto const again = as(bob).with("If-None-Match", created.header("ETag")).get(path(created.id()));

    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.header("ETag"), created.header("ETag"));
}

TEST_P(ServersApi, AChangeThatShallMeetNothingThereChangesNothing) {
    auto const created = as(bob).post("/api/servers", R"({"name": "db-1"})");

    for (auto const& tag : {std::string{"*"}, created.header("ETag")}) {
        auto const refused =
            as(bob).with("If-None-Match", tag).put(path(created.id()), R"({"name": "db-2"})");
        EXPECT_EQ(refused.status, 412) << tag;
    }
    EXPECT_EQ(as(bob).get(path(created.id())).json(), created.json());

    auto const other =
        as(bob).with("If-None-Match", "\"another\"").put(path(created.id()), R"({"name": "db-2"})");
    EXPECT_EQ(other.status, 200) << other.body;
}

TEST_P(ServersApi, PatchChangesWhatItNamesAndNothingElse) {
    auto const created = as(bob).post("/api/servers", full_document);
    app().clock.advance(std::chrono::seconds{5});

    auto const changed =
        as(bob)
            .with("Content-Type", "application/merge-patch+json")
            .patch(path(created.id()), R"({"os": "Debian 13", "labels": {"team": null, "rack": "7"}})");

    ASSERT_EQ(changed.status, 200) << changed.body;
    auto expected = created.json().as_object();
    expected["os"] = "Debian 13";
    expected["labels"] = {{"rack", "7"}, {"tier.example/x", ""}};
    expected["updated_at"] = "2026-11-22T02:25:05.123456Z";
    EXPECT_EQ(changed.json(), json::value(expected));
    EXPECT_NE(changed.header("ETag"), created.header("ETag"));
    EXPECT_EQ(as(bob).get(path(created.id())).json(), changed.json());
}

TEST_P(ServersApi, PutGivesWhatIsLeftOutItsDefaultButKeepsTheOwner) {
    auto const created = as(bob).post("/api/servers", full_document);

    auto const replaced = as(alice).put(path(created.id()), R"({"name": "db-2", "os": "Debian 13"})");

    ASSERT_EQ(replaced.status, 200) << replaced.body;
    EXPECT_EQ(replaced.text("/name"), "db-2");
    EXPECT_EQ(replaced.text("/hostname"), "");
    EXPECT_TRUE(replaced.at("/ip").is_null());
    EXPECT_TRUE(replaced.at("/labels").as_object().empty());
    EXPECT_EQ(replaced.text("/owner"), id_of(bob).to_string());
    EXPECT_EQ(replaced.text("/created_at"), created.text("/created_at"));
}

TEST_P(ServersApi, AChangeThatChangesNothingKeepsVersionAndLog) {
    auto const created = as(bob).post("/api/servers", full_document);
    auto const records = number("SELECT count(*) FROM audit_records");

    auto const same = as(bob).patch(path(created.id()), R"({"os": "Debian 12"})");

    EXPECT_EQ(same.status, 200) << same.body;
    EXPECT_EQ(same.json(), created.json());
    EXPECT_EQ(same.header("ETag"), created.header("ETag"));
    EXPECT_EQ(number("SELECT count(*) FROM audit_records"), records);
}

TEST_P(ServersApi, AStaleIfMatchIs412OnEveryWriteAndChangesNothing) {
    auto const created = as(bob).post("/api/servers", R"({"name": "db-1"})");
    auto const current = as(bob).patch(path(created.id()), R"({"os": "Debian 13"})");
    auto const stale = as(bob).with("If-Match", created.header("ETag"));

    EXPECT_EQ(stale.patch(path(created.id()), R"({"os": "x"})").status, 412);
    EXPECT_EQ(stale.put(path(created.id()), R"({"name": "x"})").status, 412);
    EXPECT_EQ(stale.del(path(created.id())).status, 412);
    EXPECT_EQ(as(bob).get(path(created.id())).json(), current.json());
    auto const fresh = as(bob).with("If-Match", current.header("ETag"));
    EXPECT_EQ(fresh.patch(path(created.id()), R"({"os": "Debian 14"})").status, 200);
}

TEST_P(ServersApi, TwoServersOfOneOwnerCannotShareANameButThoseOfTwoCan) {
    create(bob, "db-1");
    auto const other = create(bob, "db-2");

    auto const second = as(bob).post("/api/servers", R"({"name": "db-1"})");
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.text("/errors/0/pointer"), "/name");
    EXPECT_EQ(as(bob).patch(path(other), R"({"name": "db-1"})").status, 409);
    EXPECT_EQ(as(mallory).post("/api/servers", R"({"name": "db-1"})").status, 201);
}

TEST_P(ServersApi, ADeletedServerIsGoneFromEverywhereAndItsNameIsFree) {
    auto const id = create(bob, "db-1");

    EXPECT_EQ(as(bob).del(path(id)).status, 204);

    EXPECT_EQ(as(bob).get(path(id)).status, 404);
    EXPECT_EQ(as(bob).patch(path(id), R"({"os": "x"})").status, 404);
    EXPECT_EQ(as(bob).del(path(id)).status, 404);
    EXPECT_TRUE(as(bob).get("/api/servers").at("/results").as_array().empty());
    EXPECT_EQ(as(bob).post("/api/servers", R"({"name": "db-1"})").status, 201);
}

TEST_P(ServersApi, ADeletedServerComesBackWholeWithin30Days) {
    auto const created = as(bob).post("/api/servers", full_document);
    as(bob).del(path(created.id()));
    app().clock.advance(kept_after_deletion - std::chrono::seconds{1});

    auto const restored = as(bob).post(path(created.id()) + "/restore");

    ASSERT_EQ(restored.status, 200) << restored.body;
    EXPECT_EQ(restored.json(), created.json());
    EXPECT_EQ(as(bob).get(path(created.id())).status, 200);
}

TEST_P(ServersApi, WhatCannotBeRestoredSaysWhy) {
    auto const live = create(bob, "live");
    auto const taken = create(bob, "taken");
    as(bob).del(path(taken));
    create(bob, "taken");
    auto const late = create(bob, "late");
    as(bob).del(path(late));

    EXPECT_EQ(as(bob).post(path(live) + "/restore").status, 409);
    auto const conflict = as(bob).post(path(taken) + "/restore");
    EXPECT_EQ(conflict.status, 409);
    EXPECT_EQ(conflict.text("/errors/0/pointer"), "/name");
    app().clock.advance(kept_after_deletion);
    EXPECT_EQ(as(bob).post(path(late) + "/restore").status, 404);
    EXPECT_EQ(as(bob).post("/api/servers/01900000-0000-7000-8000-000000000000/restore").status, 404);
}

TEST_P(ServersApi, APurgeTakesWhatIsDueInBatchesAndRecordsEach) {
    for (auto const* name : {"a", "b", "c"}) as(bob).del(path(create(bob, name)));
    auto const recent = create(bob, "recent");
    app().clock.advance(kept_after_deletion);
    as(bob).del(path(recent));
    auto const purge = [&](std::int64_t limit) {
        return app().database().write_now([&](Tx& tx) {
            Principal system;
            system.via = Via::system;
            Actor const actor{system, app().clock.now(), app()->ids()};
            return purge_deleted_servers(tx, actor, actor.now - kept_after_deletion, limit, {});
        });
    };

    EXPECT_EQ(purge(2), 2);
    EXPECT_EQ(purge(2), 1);
    EXPECT_EQ(purge(2), 0);

    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM audit_records WHERE action = 'server.purge'"), 3);
    EXPECT_EQ(as(bob).post(path(recent) + "/restore").status, 200);
}

}  // namespace
}  // namespace securestack::test
