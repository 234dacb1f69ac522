// What a server may be, and what nobody may say of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

class ServerRules : public ApiTest {
  protected:
    // "pointer code" of each failure of a document that must be refused with 422.
    static std::vector<std::string> failures(Answer const& answer) {
        EXPECT_EQ(answer.status, 422) << answer.body;
        std::vector<std::string> found;
        if (answer.status != 422) return found;
        auto const errors = answer.at("/errors");
        for (auto const& error : errors.as_array()) {
            found.push_back(std::string{error.at("pointer").as_string()} + " " +
                            std::string{error.at("code").as_string()});
        }
        return found;
    }
    // Of a server with this one member more.
    std::string failure(std::string const& member) {
        auto const found = failures(as(bob).post("/api/servers", R"({"name": "n", )" + member + "}"));
        return found.size() == 1 ? found.front() : std::to_string(found.size()) + " failures";
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, ServerRules, each_engine, engine_name);

TEST_P(ServerRules, EveryFailureIsToldAtOnce) {
    auto const answer = as(bob).post(
        "/api/servers", R"({"environment": "moon", "status": 1, "hostname": "-bad-", "colour": "red"})");

    EXPECT_THAT(failures(answer),
                ::testing::UnorderedElementsAre("/name required", "/environment enum", "/status type",
                                                "/hostname format", "/colour unknown"));
}

TEST_P(ServerRules, EachMemberHasItsBounds) {
    std::string const a101(101, 'a');
    EXPECT_EQ(failures(as(bob).post("/api/servers", R"({"name": ""})")),
              std::vector<std::string>{"/name length"});
    EXPECT_EQ(failures(as(bob).post("/api/servers", R"({"name": ")" + a101 + "\"}")),
              std::vector<std::string>{"/name length"});
    EXPECT_EQ(failures(as(bob).post("/api/servers", R"({"name": "a\nb"})")),
              std::vector<std::string>{"/name format"});
    EXPECT_EQ(failure(R"("ip": "192.0.2.256")"), "/ip format");
    EXPECT_EQ(failure(R"("hostname": "256.1.1.1")"), "/hostname format");
    EXPECT_EQ(failure(R"("labels": {"-x": "y"})"), "/labels/-x format");
    EXPECT_EQ(failure(R"("labels": {"x": 1})"), "/labels/x type");
    EXPECT_EQ(failure(R"("endpoints": [{"host": "a", "port": 0}])"), "/endpoints/0/port range");
    EXPECT_EQ(failure(R"("endpoints": [{"host": "a", "port": 65536}])"), "/endpoints/0/port range");
    EXPECT_EQ(failure(R"("endpoints": [{"host": "", "port": 1}])"), "/endpoints/0/host length");
    EXPECT_EQ(failure(R"("endpoints": [{"port": 1}])"), "/endpoints/0/host required");
    EXPECT_EQ(failure(R"("description": ")" + std::string(10'001, 'x') + "\""), "/description length");
}

TEST_P(ServerRules, ManyLabelsAndEndpointsAreRefused) {
    std::string labels;
    std::string endpoints;
    for (int i = 0; i < 65; ++i) labels += (i > 0 ? ", \"k" : "\"k") + std::to_string(i) + R"(": "v")";
    for (int i = 0; i < 33; ++i) endpoints += std::string{i > 0 ? ", " : ""} + R"({"host": "a", "port": 1})";

    EXPECT_EQ(failure("\"labels\": {" + labels + "}").substr(0, 7), "/labels");
    EXPECT_EQ(failure("\"endpoints\": [" + endpoints + "]").substr(0, 10), "/endpoints");
}

TEST_P(ServerRules, MaintenanceEndsInTheFutureAndOnlyWhileThereIsSome) {
    EXPECT_EQ(failure(R"("maintenance_until": "2027-01-01T00:00:00Z")"), "/maintenance_until conflict");
    EXPECT_EQ(failure(R"("status": "maintenance", "maintenance_until": "2026-11-22T02:25:00.123456Z")"),
              "/maintenance_until past");
    auto const server = as(bob).post(
        "/api/servers",
        R"({"name": "m", "status": "maintenance", "maintenance_until": "2026-11-22T02:26:00Z"})");
    ASSERT_EQ(server.status, 201) << server.body;

    // Once it is over the server can still be changed, and leaving maintenance takes the date with it.
    app().clock.advance(std::chrono::hours{1});
    EXPECT_EQ(as(bob).patch("/api/servers/" + server.id(), R"({"os": "Debian"})").status, 200);
    auto const active = as(bob).patch("/api/servers/" + server.id(), R"({"status": "active"})");
    EXPECT_EQ(active.status, 200) << active.body;
    EXPECT_TRUE(active.at("/maintenance_until").is_null());
}

TEST_P(ServerRules, NoReadOnlyMemberCanBeSentByAnybody) {
    auto const server = as(bob).post("/api/servers", R"({"name": "n"})");
    auto const id = server.id();
    for (std::string const member :
         {R"("id": "01900000-0000-7000-8000-000000000000")", R"("created_at": "2020-01-01T00:00:00Z")",
          R"("updated_at": "2020-01-01T00:00:00Z")", R"("deleted_at": null)", R"("version": 7)",
          R"("search_text": "x")"}) {
        for (auto const& persona : {bob, alice}) {
            EXPECT_EQ(as(persona).post("/api/servers", R"({"name": "other", )" + member + "}").status, 422)
                << member;
            EXPECT_EQ(as(persona).put("/api/servers/" + id, R"({"name": "other", )" + member + "}").status,
                      422)
                << member;
            EXPECT_EQ(as(persona).patch("/api/servers/" + id, R"({"os": "x", )" + member + "}").status, 422)
                << member;
        }
    }

    EXPECT_EQ(as(bob).get("/api/servers/" + id).json(), server.json());
    EXPECT_EQ(number("SELECT count(*) FROM servers"), 1);
}

TEST_P(ServerRules, AnOwnerGivesAServerToSomebodyElse) {
    auto const server = as(bob).post("/api/servers", R"({"name": "n"})");
    auto const to_mallory = R"({"owner": ")" + id_of(mallory).to_string() + "\"}";
    auto const path = "/api/servers/" + server.id();

    EXPECT_EQ(as(mallory).patch(path, to_mallory).status, 404);
    EXPECT_EQ(failures(as(bob).patch(path, R"({"owner": "01900000-0000-7000-8000-000000000000"})")),
              std::vector<std::string>{"/owner unknown"});
    EXPECT_EQ(as(bob).patch(path, to_mallory).status, 200);

    EXPECT_EQ(as(bob).get(path).status, 404);
    EXPECT_EQ(as(mallory).get(path).status, 200);
}

TEST_P(ServerRules, AnOwnerWhoHasTheNameAlreadyCannotBeGivenAnother) {
    as(mallory).post("/api/servers", R"({"name": "n"})");
    auto const server = as(bob).post("/api/servers", R"({"name": "n"})");

    auto const given =
        as(alice).patch("/api/servers/" + server.id(), R"({"owner": ")" + id_of(mallory).to_string() + "\"}");

    EXPECT_EQ(given.status, 409);
}

}  // namespace
}  // namespace securestack::test
