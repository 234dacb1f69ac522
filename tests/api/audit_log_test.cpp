// The log of who did what: what it says, who reads it, and that nothing happens without it.
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "core/ascii.hpp"
#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

class AuditLog : public ApiTest {
  protected:
    // The newest records that satisfy `query`.
    json::array records(Persona const& reader, std::string const& query = "") {
        auto const answer = as(reader).get("/api/audit?limit=200&" + query);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer.at("/results").as_array();
    }
    void script(std::string const& sqlite, std::string const& postgresql) {
        app().database().write_now(
            [&](Tx& tx) { tx.run_script(GetParam() == Engine::sqlite ? sqlite : postgresql); });
    }
    bool refused(std::string const& statement) {
        try {
            app().database().write_now([&](Tx& tx) { tx.execute(statement); });
        } catch (DatabaseError const&) {
            return true;
        }
        return false;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, AuditLog, each_engine, engine_name);

TEST_P(AuditLog, AChangeTellsWhoWhenWhereFromAndWhat) {
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    as(bob)
        .with("X-Request-Id", "ticket-42")
        .patch("/api/servers/" + id, R"({"os": "Debian 13", "labels": {"a": "b"}})");

    auto const found = records(alice, "action=server.update");

    ASSERT_EQ(found.size(), 1U);
    auto entry = found[0].as_object();
    EXPECT_EQ(entry.at("at").as_string(), "2026-11-22T02:25:00.123456Z");
    EXPECT_EQ(entry.at("actor"), (json::value{{"type", "user"},
                                              {"id", id_of(bob).to_string()},
                                              {"name", "bob"},
                                              {"ip", "127.0.0.1"},
                                              {"via", "access_token"},
                                              {"api_key", nullptr}}));
    EXPECT_EQ(entry.at("object"), (json::value{{"type", "server"}, {"id", id}, {"name", "db-1"}}));
    EXPECT_EQ(entry.at("outcome").as_string(), "success");
    EXPECT_EQ(entry.at("changes"), json::parse(R"({"os": {"from": "", "to": "Debian 13"},
                                                  "labels": {"from": {}, "to": {"a": "b"}}})"));
    EXPECT_EQ(entry.at("request_id").as_string(), "ticket-42");
    EXPECT_EQ(entry.size(), 8U);
}

TEST_P(AuditLog, CreationAndDeletionHoldTheWholeDocument) {
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    as(bob).del("/api/servers/" + id);

    auto const created = records(alice, "action=server.create");
    auto const deleted = records(alice, "action=server.delete");

    EXPECT_EQ(created.at(0).at_pointer("/changes/name"), (json::value{{"from", nullptr}, {"to", "db-1"}}));
    EXPECT_EQ(deleted.at(0).at_pointer("/changes/name"), (json::value{{"from", "db-1"}, {"to", nullptr}}));
}

TEST_P(AuditLog, EveryMutationLeavesOneRecordAndARefusedOneNone) {
    auto const before = records(alice).size();
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    as(bob).put("/api/servers/" + id, R"({"name": "db-2"})");
    as(bob).patch("/api/servers/" + id, R"({"name": "db-3"})");
    as(bob).del("/api/servers/" + id);
    as(bob).post("/api/servers/" + id + "/restore");

    as(bob).post("/api/servers", R"({"name": "db-3"})");
    as(bob).patch("/api/servers/" + id, R"({"status": "broken"})");
    as(bob).get("/api/servers/" + id);

    auto const servers = records(alice, "object=" + id);
    EXPECT_EQ(servers.size(), 5U);
    EXPECT_GE(records(alice).size(), before + 5);
}

TEST_P(AuditLog, FiltersLookAtActorActionObjectOutcomeAndTime) {
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    as(mallory).del("/api/servers/" + id);
    app().clock.advance(std::chrono::hours{1});
    as(bob).del("/api/servers/" + id);

    EXPECT_EQ(records(alice, "object=" + id).size(), 3U);
    EXPECT_EQ(records(alice, "object=" + id + "&actor=" + id_of(mallory).to_string()).size(), 1U);
    EXPECT_EQ(records(alice, "object=" + id + "&outcome=denied").size(), 1U);
    EXPECT_EQ(records(alice, "object=" + id + "&action=server.delete").size(), 2U);
    EXPECT_EQ(records(alice, "object=" + id + "&at.gte=2026-11-22T03:00:00Z").size(), 1U);
    EXPECT_EQ(as(alice).get("/api/audit?actor=bob").status, 400);
    EXPECT_EQ(as(alice).get("/api/audit?actor_id=" + id).status, 400);
}

TEST_P(AuditLog, ADenialIsFoundByItsObjectHoweverTheIdWasWritten) {
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    auto shouted = id;
    std::ranges::transform(shouted, shouted.begin(), ascii::upper);

    EXPECT_EQ(as(mallory).del("/api/servers/" + shouted).status, 404);

    EXPECT_EQ(records(alice, "object=" + id + "&outcome=denied").size(), 1U);
}

TEST_P(AuditLog, TheNewestComesFirstUnlessAskedOtherwise) {
    for (auto const* name : {"a", "b", "c"}) {
        app().clock.advance(std::chrono::seconds{1});
        as(bob).post("/api/servers", R"({"name": ")" + std::string{name} + "\"}");
    }

    auto const newest = records(alice, "action=server.create");
    auto const oldest = records(alice, "action=server.create&sort=at");

    EXPECT_EQ(newest.at(0).at_pointer("/object/name").as_string(), "c");
    EXPECT_EQ(oldest.at(0).at_pointer("/object/name").as_string(), "a");
}

TEST_P(AuditLog, AUserReadsItsOwnActsAndNobodyElses) {
    auto const id = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    as(alice).patch("/api/servers/" + id, R"({"os": "x"})");
    auto const bobs = std::string{records(carol, "action=server.create").at(0).at("id").as_string()};

    EXPECT_EQ(records(carol, "object=" + id).size(), 2U);
    EXPECT_EQ(records(bob, "object=" + id).size(), 1U);
    EXPECT_EQ(records(mallory, "object=" + id).size(), 0U);
    EXPECT_EQ(as(bob).get("/api/audit/" + bobs).status, 200);
    EXPECT_EQ(as(mallory).get("/api/audit/" + bobs).status, 404);
    EXPECT_EQ(anonymous().get("/api/audit").status, 401);
}

TEST_P(AuditLog, OneRecordReadsAsItDoesInTheList) {
    as(bob).post("/api/servers", R"({"name": "db-1", "description": "é\n\u0001\""})");
    auto const listed = records(alice, "action=server.create").at(0);

    auto const single = as(alice).get("/api/audit/" + std::string{listed.at("id").as_string()});

    EXPECT_EQ(single.json(), listed);
}

TEST_P(AuditLog, ARecordIsNotSentAgainToWhoHasIt) {
    as(bob).post("/api/servers", R"({"name": "db-1"})");
    auto const path = "/api/audit/" + std::string{records(alice).at(0).at("id").as_string()};

    auto const tag = as(alice).get(path).header("ETag");

    EXPECT_FALSE(tag.empty());
    EXPECT_EQ(as(alice).with("If-None-Match", tag).get(path).status, 304);
}

TEST_P(AuditLog, AnExportIsWholeAndRecordedItself) {
    for (int i = 0; i < 20; ++i) as(bob).post("/api/servers", R"({"name": "s)" + std::to_string(i) + "\"}");

    auto const lines =
        as(carol).with("Accept", "application/x-ndjson").get("/api/audit?action=server.create");

    EXPECT_EQ(std::ranges::count(lines.body, '\n'), 20);
    EXPECT_EQ(records(alice, "action=audit_record.export").size(), 1U);
    auto const line = json::parse(lines.body.substr(0, lines.body.find('\n'))).as_object();
    EXPECT_EQ(line.at("actor").at("name").as_string(), "bob");
}

TEST_P(AuditLog, AnExportThatIsRefusedIsNotRecordedAsOne) {
    auto const foreign = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    auto const absent = app()->ids().make(app().clock.now()).to_string();
    auto const exporting = as(mallory).with("Accept", "text/csv");

    EXPECT_EQ(exporting.get("/api/servers?deleted=maybe").status, 400);
    EXPECT_EQ(exporting.get("/api/incidents?server=x").status, 400);
    for (auto const& server : {foreign, absent}) {
        EXPECT_EQ(exporting.get("/api/servers/" + server + "/backups").status, 404);
        EXPECT_EQ(exporting.get("/api/servers/" + server + "/runs").status, 404);
    }

    EXPECT_EQ(records(alice, "outcome=success&actor=" + id_of(mallory).to_string() +
                                 "&action=server.export&action=incident.export&action=backup_task.export"
                                 "&action=backup.export&action=run.export")
                  .size(),
              0U);
    EXPECT_EQ(exporting.get("/api/servers").status, 200);
    EXPECT_EQ(records(alice, "action=server.export").size(), 1U);
}

TEST_P(AuditLog, NoRecordCanBeChangedOrRemovedAndItsPlaceIsGivenOnce) {
    as(bob).post("/api/servers", R"({"name": "db-1"})");

    EXPECT_TRUE(refused("DELETE FROM audit_records"));
    EXPECT_TRUE(refused("UPDATE audit_records SET actor = '{}'"));
    EXPECT_TRUE(refused("UPDATE audit_records SET object_id = NULL"));
    EXPECT_FALSE(refused("UPDATE audit_records SET leaf_index = 1 WHERE action = 'server.create'"));
    EXPECT_TRUE(refused("UPDATE audit_records SET leaf_index = 2 WHERE action = 'server.create'"));
    EXPECT_EQ(records(alice, "action=server.create").size(), 1U);
}

TEST_P(AuditLog, AMutationWhoseRecordCannotBeWrittenDoesNotHappenAndReadsGoOn) {
    auto const server = as(bob).post("/api/servers", R"({"name": "db-1"})");
    auto const caller = as(bob);
    auto const path = "/api/servers/" + server.id();
    script("CREATE TRIGGER fault BEFORE INSERT ON audit_records BEGIN SELECT RAISE(ABORT, 'no room'); END",
           "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
           "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'check_violation'; END $$;"
           "CREATE TRIGGER fault BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION fault()");

    EXPECT_GE(caller.post("/api/servers", R"({"name": "db-2"})").status, 500);
    EXPECT_GE(caller.patch(path, R"({"os": "x"})").status, 500);
    EXPECT_GE(caller.put(path, R"({"name": "x"})").status, 500);
    EXPECT_GE(caller.del(path).status, 500);
    EXPECT_GE(caller.with("Accept", "text/csv").get("/api/servers").status, 500);

    EXPECT_EQ(caller.get(path).json(), server.json());
    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
}

}  // namespace
}  // namespace securestack::test
