// Repositories: their secrets go in and never come out.
#include <boost/json/parse.hpp>

#include "backups/repository.hpp"
#include "backups_fixture.hpp"
#include "resource/table.hpp"

namespace securestack::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BackupRepositories : public BackupsTest {
  protected:
    Answer make(std::string const& members = {}) {
        return as(bob).post(
            "/api/repositories",
            R"({"name": "offsite", "url": "s3:https://s3.example.com/b", "password": "hunter2hunter2",
                "env": {"AWS_SECRET_ACCESS_KEY": "canary-4711"})" +
                members + "}");
    }
    RepositorySecrets secrets(std::string const& id) {
        auto const found = app().database().read_now(
            [&](Tx& tx) { return Table<Repository>(tx).find(Id::parse(id).value()); });
        return open_secrets(app()->backups().key(), found.value());
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupRepositories, each_engine, engine_name);

TEST_P(BackupRepositories, SecretsAreSealedAndNeverAnswered) {
    auto const made = make();

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.at("/append_only"), true);
    for (auto const& body :
         {made.body, as(bob).get("/api/repositories").body,
          as(bob).get("/api/repositories/" + made.id()).body, as(alice).get("/api/audit").body}) {
        EXPECT_THAT(body, Not(HasSubstr("hunter2")));
        EXPECT_THAT(body, Not(HasSubstr("canary-4711")));
    }
    EXPECT_EQ(
        number("SELECT count(*) FROM repositories WHERE sealed LIKE '%canary%' OR sealed LIKE '%hunter2%'"),
        0);
    EXPECT_EQ(secrets(made.id()).password->reveal(), "hunter2hunter2");
    EXPECT_EQ(secrets(made.id()).env.at("AWS_SECRET_ACCESS_KEY"), "canary-4711");
}

TEST_P(BackupRepositories, WhatAChangeLeavesOutStays) {
    auto const place = "/api/repositories/" + make().id();

    auto const renamed = as(bob).patch(place, R"({"name": "elsewhere"})");
    EXPECT_EQ(renamed.text("/name"), "elsewhere") << renamed.body;
    EXPECT_EQ(secrets(renamed.id()).password->reveal(), "hunter2hunter2");

    as(bob).patch(place, R"({"password": "another"})");
    EXPECT_EQ(secrets(renamed.id()).password->reveal(), "another");
    EXPECT_EQ(secrets(renamed.id()).env.size(), 1U);
    as(bob).patch(place, R"({"env": {}})");
    EXPECT_EQ(secrets(renamed.id()).env.size(), 0U);
}

TEST_P(BackupRepositories, NullRemovesASecret) {
    auto const place = "/api/repositories/" + make().id();
    auto const id = place.substr(std::string_view{"/api/repositories/"}.size());

    EXPECT_EQ(as(bob).patch(place, R"({"password": null})").status, 200);
    EXPECT_FALSE(secrets(id).password);
    EXPECT_EQ(secrets(id).env.size(), 1U);
    EXPECT_EQ(as(bob).put(place, R"({"name": "offsite", "url": "/srv", "env": null})").status, 200);
    EXPECT_EQ(secrets(id).env.size(), 0U);

    auto const bare = as(bob).get(place);
    auto const again = as(bob).patch(place, R"({"password": null, "env": null})");
    EXPECT_EQ(again.header("ETag"), bare.header("ETag"));
    EXPECT_EQ(records("repository.update"), 2);
}

TEST_P(BackupRepositories, TheAuditLogNamesASecretThatChangedAndDoesNotTellIt) {
    auto const place = "/api/repositories/" + make().id();
    as(bob).patch(place, R"({"password": "another-canary"})");
    as(bob).patch(place, R"({"password": null, "env": {}})");

    auto const made = as(alice).get("/api/audit?action=repository.create").at("/results/0/changes");
    auto const log = as(alice).get("/api/audit?action=repository.update");

    EXPECT_EQ(made.at("password"), boost::json::parse(R"({"from": null, "to": "***"})"));
    EXPECT_EQ(made.at("env"), boost::json::parse(R"({"from": null, "to": "***"})"));
    EXPECT_EQ(log.at("/results/1/changes"),
              boost::json::parse(R"({"password": {"from": "***", "to": "***"}})"));
    EXPECT_EQ(log.at("/results/0/changes"), boost::json::parse(R"({"password": {"from": "***", "to": null},
        "env": {"from": "***", "to": null}})"));
    EXPECT_THAT(log.body, Not(HasSubstr("canary")));
}

TEST_P(BackupRepositories, SentAsItIsItKeepsItsVersionAndLeavesNoRecord) {
    auto const made = make();
    auto const place = "/api/repositories/" + made.id();

    auto const same = as(bob).patch(place, R"({"name": "offsite"})");
    auto const sealed_anew = as(bob).patch(place, R"({"password": "hunter2hunter2"})");

    EXPECT_EQ(same.header("ETag"), made.header("ETag"));
    EXPECT_NE(sealed_anew.header("ETag"), made.header("ETag"));
    EXPECT_EQ(records("repository.update"), 1);
}

TEST_P(BackupRepositories, TheAuditLogCallsItARepository) {
    auto const made = make();

    auto const log = as(alice).get("/api/audit?action=repository.create");

    EXPECT_EQ(log.text("/results/0/object/type"), "repository") << log.body;
    EXPECT_EQ(log.text("/results/0/object/id"), made.id());
}

TEST_P(BackupRepositories, SecretsOpenInTheirOwnRowOnly) {
    auto const id = make().id();
    auto const found =
        app().database().read_now([&](Tx& tx) { return Table<Repository>(tx).find(Id::parse(id).value()); });
    auto moved = found.value();
    moved.id = Id::parse(no_such_id).value();

    EXPECT_THROW(open_secrets(app()->backups().key(), moved), std::runtime_error);
}

TEST_P(BackupRepositories, AnAddressMayHoldNoPassword) {
    auto const refused = as(bob).post(
        "/api/repositories", R"({"name": "x", "url": "rest:https://user:secret@backup.example.com/"})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("/errors/0/pointer"), "/url");
    for (auto const url : {"/srv/restic", "sftp:user@host:/path", "rest:https://backup.example.com:8000/a",
                           "s3:https://s3.example.com/bucket", "b2:bucket:path"}) {
        auto const made = as(bob).post("/api/repositories",
                                       std::string{R"({"name": ")"} + url + R"(", "url": ")" + url + "\"}");
        EXPECT_EQ(made.status, 201) << made.body;
    }
}

TEST_P(BackupRepositories, BelongToTheirMakerAndAreHiddenFromOthers) {
    auto const place = "/api/repositories/" + make().id();

    EXPECT_EQ(as(mallory).get(place).status, 404);
    EXPECT_EQ(as(mallory).patch(place, R"({"name": "x"})").status, 404);
    EXPECT_EQ(as(mallory).del(place).status, 404);
    EXPECT_EQ(as(mallory).get("/api/repositories?count=true").at("/count"), 0);
    EXPECT_EQ(as(carol).get(place).status, 200);
    EXPECT_EQ(as(carol).patch(place, R"({"name": "x"})").status, 403);
    EXPECT_EQ(make().status, 409);
}

TEST_P(BackupRepositories, OneThatTasksUseIsNotForgotten) {
    auto const id = make().id();
    auto const task =
        new_task("files", R"("kind": "files", "source": {"paths": ["/etc"]}, "repository": ")" + id + "\"");

    EXPECT_EQ(as(bob).del("/api/repositories/" + id).status, 409);
    as(bob).del(path(task));
    EXPECT_EQ(as(bob).del("/api/repositories/" + id).status, 204);
}

}  // namespace
}  // namespace securestack::test
