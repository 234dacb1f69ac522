// Many servers from one file: all of them or none.
#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"
#include "servers/import.hpp"

namespace securestack::test {
namespace {

class ServersImport : public IdentityTest {
  protected:
    Answer import_csv(Caller const& caller, std::string body, std::string const& query = "") {
        return caller.with("Content-Type", "text/csv").post("/api/servers/import" + query, std::move(body));
    }
    Answer import_ndjson(Caller const& caller, std::string body) {
        return caller.with("Content-Type", "application/x-ndjson")
            .post("/api/servers/import", std::move(body));
    }
    std::int64_t servers() { return number("SELECT count(*) FROM servers WHERE deleted_at IS NULL"); }

    static std::vector<std::string> pointers(Answer const& answer) {
        std::vector<std::string> found;
        auto const errors = answer.at("/errors");
        for (auto const& error : errors.as_array()) found.emplace_back(error.at("pointer").as_string());
        return found;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, ServersImport, each_engine, engine_name);

TEST_P(ServersImport, ACsvFileBecomesServersAndEachHasItsRecord) {
    auto const answer = import_csv(as(bob),
                                   "name,ip,labels,endpoints,status\r\n"
                                   "db-1,192.0.2.1,\"{\"\"team\"\":\"\"web\"\"}\",\"[{\"\"host\"\":\"\"a\"\","
                                   "\"\"port\"\":443}]\",offline\r\n"
                                   "db-2,,,,\r\n");

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.at("/created"), 2);
    EXPECT_EQ(answer.at("/dry_run"), false);
    auto const list = as(bob).get("/api/servers?sort=name");
    EXPECT_EQ(list.text("/results/0/labels/team"), "web");
    EXPECT_EQ(list.at("/results/0/endpoints/0/port"), 443);
    EXPECT_EQ(list.text("/results/0/status"), "offline");
    EXPECT_EQ(list.text("/results/1/status"), "active");
    EXPECT_TRUE(list.at("/results/1/ip").is_null());
    EXPECT_EQ(list.text("/results/1/owner"), id_of(bob).to_string());
    EXPECT_EQ(records("server.create"), 2);
    EXPECT_EQ(records("server.import"), 1);
    EXPECT_EQ(as(alice).get("/api/audit?object=" + list.text("/results/0/id")).text("/results/0/action"),
              "server.create");
}

TEST_P(ServersImport, AnExportCanBeImportedAgain) {
    as(bob).post("/api/servers", R"({"name": "=1+1", "description": "'-x, \"y\"\nz", "os": "''@",
        "ip": "2001:db8::1", "labels": {"a": "b"}, "endpoints": [{"host": "h", "port": 22, "tls": false}]})");
    as(bob).post("/api/servers", R"({"name": "'quoted'", "status": "maintenance",
        "maintenance_until": "2026-11-22T03:00:00Z"})");
    app().clock.advance(std::chrono::hours{1});
    auto const before = as(bob).get("/api/servers?sort=name");
    for (std::string const form : {"text/csv", "application/x-ndjson"}) {
        auto const file = as(bob).with("Accept", form).get("/api/servers").body;
        app().database().write_now([](Tx& tx) { tx.execute("DELETE FROM servers"); });

        auto const answer = form == "text/csv" ? import_csv(as(bob), file) : import_ndjson(as(bob), file);

        ASSERT_EQ(answer.status, 200) << answer.body << file;
        EXPECT_EQ(answer.at("/created"), 2);
        auto const after = as(bob).get("/api/servers?sort=name");
        for (std::string const member :
             {"name", "description", "os", "ip", "labels", "endpoints", "status", "maintenance_until"}) {
            for (std::string const row : {"/results/0/", "/results/1/"})
                EXPECT_EQ(after.at(row + member), before.at(row + member)) << form << " " << member;
        }
    }
}

TEST_P(ServersImport, OneFaultAndNothingIsCreated) {
    auto const answer = import_ndjson(as(bob),
                                      "{\"name\": \"good\"}\n\n{\"name\": \"\"}\nnonsense\n[]\n"
                                      "{\"name\": \"x\", \"nmae\": 1, \"status\": \"gone\"}\n");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(pointers(answer),
                ::testing::UnorderedElementsAre("/3/name", "/4", "/5", "/6/nmae", "/6/status"));
    EXPECT_EQ(servers(), 0);
    EXPECT_EQ(records("server.create"), 0);
}

TEST_P(ServersImport, ALineTellsAllItsFaultsOfWhateverKind) {
    auto const answer = import_ndjson(
        as(bob),
        "{\"name\": \"x\", \"os\": 7, \"maintenance_until\": \"2026-12-01T00:00:00Z\", \"team\": "
        "\"01900000-0000-7000-8000-000000000000\"}\n");

    EXPECT_THAT(pointers(answer),
                ::testing::UnorderedElementsAre("/1/os", "/1/maintenance_until", "/1/team"));
}

TEST_P(ServersImport, DuplicatesAreNamedByTheirLine) {
    as(bob).post("/api/servers", R"({"name": "taken"})");
    auto const answer = import_csv(as(bob), "name\na\ntaken\nb\na\n");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(pointers(answer), ::testing::UnorderedElementsAre("/3/name", "/5/name"));
    EXPECT_TRUE(answer.body.contains("on line 2")) << answer.body;
    EXPECT_EQ(servers(), 1);
}

TEST_P(ServersImport, WhatIsWrongWithTheFileIsSaid) {
    EXPECT_THAT(pointers(import_csv(as(bob), "name,nmae\na,b\n")), ::testing::ElementsAre("/1/nmae"));
    EXPECT_THAT(pointers(import_csv(as(bob), "name,name\na,b\n")), ::testing::ElementsAre("/1/name"));
    EXPECT_THAT(pointers(import_csv(as(bob), "hostname\na\n")), ::testing::ElementsAre("/2/name"));
    EXPECT_THAT(pointers(import_csv(as(bob), "name,os\na\nb,c,d\n")), ::testing::ElementsAre("/2", "/3"));
    EXPECT_THAT(pointers(import_csv(as(bob), "name\na\"b\n")), ::testing::ElementsAre("/2"));
    EXPECT_THAT(pointers(import_csv(as(bob), "\n\n")), ::testing::ElementsAre("/1"));
    EXPECT_THAT(pointers(import_csv(as(bob), "name,labels\na,{\n")), ::testing::ElementsAre("/2/labels"));
    EXPECT_EQ(import_csv(as(bob), "name\na\n", "?dry_run=yes").status, 400);
    EXPECT_EQ(as(bob).post("/api/servers/import", "{}").status, 415);
    EXPECT_EQ(servers(), 0);
}

TEST_P(ServersImport, AFileOfAnotherEncodingIsRefusedInJson) {
    for (std::string const file :
         {"na\xFF\xFEme\nx\n", "name,description\nz1,caf\xE9\n", "name\n\"z\xE9\"\n"}) {
        auto const answer = import_csv(as(bob), file);
        EXPECT_EQ(answer.status, 422) << answer.body;
        EXPECT_THAT(answer.text("/errors/0/detail"), ::testing::HasSubstr("UTF-8"));
    }
    EXPECT_EQ(servers(), 0);
}

TEST_P(ServersImport, AHeaderOfCommasIsRefusedShortly) {
    auto const answer = import_csv(as(bob), std::string(1'000'000, ','));

    EXPECT_THAT(pointers(answer), ::testing::ElementsAre("/1"));
    auto const wide = import_csv(as(bob), std::string(200'000, 'n') + "\nx\n");
    EXPECT_EQ(wide.status, 422);
    EXPECT_LT(wide.body.size(), 2'000U);
}

TEST_P(ServersImport, ALineThatIsLongerThanAnyServerIsRefusedByItsNumber) {
    auto const padding = R"(", "description": ")" + std::string(longest_import_line, 'x') + "\"}\n";

    auto const answer = import_ndjson(
        as(bob), "{\"name\": \"a\"}\n{\"name\": \"b" + padding + "{\"name\": \"c\", \"nmae\": 1}\n");

    EXPECT_EQ(answer.status, 422);
    EXPECT_THAT(pointers(answer), ::testing::ElementsAre("/2", "/3/nmae"));
    EXPECT_EQ(answer.text("/errors/0/code"), "length");
    EXPECT_EQ(servers(), 0);
}

TEST_P(ServersImport, FaultsAreToldUpToAHundred) {
    std::string file = "name\n";
    for (int i = 0; i < 500; ++i) file += "\"\",\n";
    auto const answer = import_csv(as(bob), file);

    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(pointers(answer).size(), 100U);
}

TEST_P(ServersImport, ARehearsalCreatesNothing) {
    auto const answer = import_csv(as(bob), "name\na\nb\n", "?dry_run=true");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.at("/created"), 2);
    EXPECT_EQ(answer.at("/dry_run"), true);
    EXPECT_EQ(servers(), 0);
    EXPECT_EQ(records("server.import") + records("server.create"), 0);
}

TEST_P(ServersImport, NobodyImportsForAnother) {
    auto const file = "name,owner\na," + id_of(alice).to_string() + "\n";

    EXPECT_THAT(pointers(import_csv(as(bob), file)), ::testing::ElementsAre("/2/owner"));
    EXPECT_EQ(import_csv(as(carol), "name\na\n").status, 403);
    EXPECT_EQ(import_csv(as(alice), "name,owner\na," + id_of(bob).to_string() + "\n").status, 200);
    EXPECT_EQ(as(bob).get("/api/servers").text("/results/0/name"), "a");
}

TEST_P(ServersImport, ARefusedOneIsFoundByTheActionOfOneThatWasNot) {
    EXPECT_EQ(import_csv(as(carol), "name\na\n").status, 403);

    EXPECT_EQ(as(carol).get("/api/audit?action=server.import&outcome=denied&count=true").at("/count"), 1);
}

TEST_P(ServersImport, AThousandAreWrittenInOneGo) {
    std::string file = "name,hostname\n";
    for (int i = 0; i < 1'050; ++i) file += "n" + std::to_string(i) + ",h\n";

    EXPECT_EQ(import_csv(as(bob), file).at("/created"), 1'050);
    EXPECT_EQ(servers(), 1'050);
    EXPECT_EQ(records("server.create"), 1'050);
}

TEST_P(ServersImport, WithAnIdempotencyKeyItIsImportedOnce) {
    auto const caller = as(bob).with("Idempotency-Key", "import-1");
    auto const first = import_csv(caller, "name\na\n");
    auto const again = import_csv(caller, "name\na\n");

    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
    EXPECT_EQ(servers(), 1);
}

}  // namespace
}  // namespace securestack::test
