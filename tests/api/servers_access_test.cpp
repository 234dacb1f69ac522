// Who may see and change whose servers.
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

class ServerAccess : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (IsSkipped()) return;
        bobs = "/api/servers/" + as(bob).post("/api/servers", R"({"name": "db-1"})").id();
    }
    std::int64_t denials(std::string const& action) {
        return number("SELECT count(*) FROM audit_records WHERE outcome = 'denied' AND action = '" + action +
                      "'");
    }
    // Without what differs between any two requests.
    static boost::json::value comparable(Answer const& answer) {
        auto body = answer.json().as_object();
        body.erase("request_id");
        body.erase("instance");
        return body;
    }

    std::string bobs;
    std::string const nobodys = "/api/servers/01900000-0000-7000-8000-000000000000";
};
INSTANTIATE_TEST_SUITE_P(Engines, ServerAccess, each_engine, engine_name);

TEST_P(ServerAccess, OutsiderCannotTellAServerFromNone) {
    auto const hidden = as(mallory).get(bobs);
    auto const absent = as(mallory).get(nobodys);

    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(comparable(hidden), comparable(absent));
    EXPECT_EQ(comparable(as(mallory).patch(bobs, "{}")), comparable(as(mallory).patch(nobodys, "{}")));
    EXPECT_EQ(comparable(as(mallory).put(bobs, R"({"name": "x"})")),
              comparable(as(mallory).put(nobodys, R"({"name": "x"})")));
    EXPECT_EQ(comparable(as(mallory).del(bobs)), comparable(as(mallory).del(nobodys)));
    EXPECT_EQ(comparable(as(mallory).post(bobs + "/restore")),
              comparable(as(mallory).post(nobodys + "/restore")));
    EXPECT_EQ(as(bob).get(bobs).text("/name"), "db-1");
}

TEST_P(ServerAccess, AnOutsidersAttemptIsRecordedUnderTheServerThatItMeant) {
    as(mallory).del(bobs);

    auto const log = as(alice).get("/api/audit?outcome=denied&object=" + bobs.substr(13));
    ASSERT_EQ(log.at("/results").as_array().size(), 1U) << log.body;
    EXPECT_EQ(log.text("/results/0/action"), "server.delete");
    EXPECT_EQ(log.text("/results/0/actor/name"), "mallory");
    EXPECT_EQ(log.text("/results/0/object/type"), "server");
}

TEST_P(ServerAccess, AnOutsidersOwnRecordsDoNotTellAHiddenServerFromAnAbsentOne) {
    as(mallory).del(bobs);
    as(mallory).del(nobodys);

    auto const log = as(mallory).get("/api/audit?outcome=denied&sort=at");
    ASSERT_EQ(log.at("/results").as_array().size(), 2U) << log.body;
    EXPECT_EQ(log.text("/results/0/object/id"), bobs.substr(13));
    EXPECT_EQ(log.text("/results/1/object/id"), nobodys.substr(13));
    EXPECT_EQ(log.at("/results/0/object").as_object().size(), log.at("/results/1/object").as_object().size());
    EXPECT_EQ(log.text("/results/0/action"), log.text("/results/1/action"));
}

TEST_P(ServerAccess, AReadOfAHiddenServerIsAnsweredAndForgotten) {
    EXPECT_EQ(as(mallory).get(bobs).status, 404);

    EXPECT_EQ(number("SELECT count(*) FROM audit_records WHERE outcome = 'denied'"), 0);
}

TEST_P(ServerAccess, EveryWriteToAHiddenServerIsRecorded) {
    as(mallory).put(bobs, R"({"name": "x"})");
    as(mallory).patch(bobs, "{}");
    as(mallory).del(bobs);
    as(bob).del(bobs);
    as(mallory).post(bobs + "/restore");

    EXPECT_EQ(denials("server.update"), 2);
    EXPECT_EQ(denials("server.delete"), 1);
    EXPECT_EQ(denials("server.restore"), 1);
}

TEST_P(ServerAccess, ATokenWhoseAccountHasJustGoneCreatesNothing) {
    auto const caller = as(mallory);
    auto const admin = as(alice);
    ASSERT_EQ(caller.get("/api/servers").status, 200);
    ASSERT_EQ(admin.get("/api/servers").status, 200);
    auto const own = R"({"name": "x", "owner": ")" + id_of(alice).to_string() + "\"}";
    auto const others = R"({"name": "y", "owner": ")" + id_of(mallory).to_string() + "\"}";

    // As another replica does it: this one has not heard of it yet.
    auto const forget = [&](Persona const& persona) {
        app().database().write_now(
            [&](Tx& tx) { tx.execute("DELETE FROM users WHERE id = $1", {id_of(persona)}); });
    };
    forget(mallory);
    auto const answer = caller.post("/api/servers", R"({"name": "x"})");
    auto const unknown = admin.post("/api/servers", others);
    forget(alice);
    auto const named = admin.post("/api/servers", own);

    EXPECT_EQ(answer.status, 401) << answer.body;
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
    EXPECT_EQ(named.status, 401) << named.body;
    EXPECT_EQ(unknown.status, 422) << unknown.body;
    EXPECT_EQ(unknown.text("/errors/0/pointer"), "/owner");
    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
}

TEST_P(ServerAccess, AListHoldsOnesOwnForUsersAndAllForAdminAndAuditor) {
    as(mallory).post("/api/servers", R"({"name": "own"})");

    EXPECT_EQ(as(mallory).get("/api/servers?count=true").at("/count"), 1);
    EXPECT_EQ(as(bob).get("/api/servers?count=true").at("/count"), 1);
    EXPECT_EQ(as(alice).get("/api/servers?count=true").at("/count"), 2);
    EXPECT_EQ(as(carol).get("/api/servers?count=true").at("/count"), 2);
    EXPECT_EQ(
        as(bob).get("/api/servers?owner=" + id_of(mallory).to_string()).at("/results").as_array().size(), 0U);
    EXPECT_EQ(
        as(alice).get("/api/servers?owner=" + id_of(mallory).to_string()).at("/results").as_array().size(),
        1U);
}

TEST_P(ServerAccess, AnAuditorReadsEverythingAndWritesNothing) {
    EXPECT_EQ(as(carol).get(bobs).status, 200);

    EXPECT_EQ(as(carol).post("/api/servers", R"({"name": "x"})").status, 403);
    EXPECT_EQ(as(carol).put(bobs, R"({"name": "x"})").status, 403);
    EXPECT_EQ(as(carol).patch(bobs, R"({"name": "x"})").status, 403);
    EXPECT_EQ(as(carol).del(bobs).status, 403);
    EXPECT_EQ(as(carol).post(bobs + "/restore").status, 403);

    EXPECT_EQ(denials("server.create"), 1);
    EXPECT_EQ(denials("server.update"), 2);
    EXPECT_EQ(denials("server.delete"), 1);
    EXPECT_EQ(denials("server.restore"), 1);
}

TEST_P(ServerAccess, WithoutACredentialEveryCallIs401) {
    EXPECT_EQ(anonymous().get("/api/servers").status, 401);
    EXPECT_EQ(anonymous().post("/api/servers", R"({"name": "x"})").status, 401);
    EXPECT_EQ(anonymous().get(bobs).status, 401);
    EXPECT_EQ(anonymous().del(bobs).status, 401);
}

}  // namespace
}  // namespace securestack::test
