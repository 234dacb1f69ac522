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
    EXPECT_EQ(denials("server.replace"), 1);
    EXPECT_EQ(denials("server.update"), 1);
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
