// Whatever is wrong with a body is told at once: what a member breaks of its own, what it breaks beside
// another one, and what only the database knows.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"

namespace securestack::test {
namespace {

using testing::UnorderedElementsAre;

constexpr auto nobody = "01900000-0000-7000-8000-000000000000";

class EveryFault : public ApiTest {
  protected:
    static std::vector<std::string> pointers(Answer const& answer) {
        EXPECT_EQ(answer.status, 422) << answer.body;
        std::vector<std::string> all;
        if (answer.status != 422) return all;
        auto const errors = answer.at("/errors");
        for (auto const& error : errors.as_array()) all.emplace_back(error.at("pointer").as_string());
        return all;
    }
    // With `nobody` for each %.
    static std::string filled(std::string text) {
        for (auto at = text.find('%'); at != std::string::npos; at = text.find('%'))
            text.replace(at, 1, nobody);
        return text;
    }
    std::vector<std::string> faults_of_new(std::string const& address, std::string const& body) {
        return pointers(as(bob).post(address, filled(body)));
    }
    // Of a change to the object that `body` makes, by PUT and by PATCH.
    void expect_of_change(std::string const& address, std::string const& body, std::string const& change,
                          testing::Matcher<std::vector<std::string> const&> const& expected) {
        auto const made = as(bob).post(address, body);
        ASSERT_EQ(made.status, 201) << made.body;
        auto const path = address + "/" + made.id();
        EXPECT_THAT(pointers(as(bob).put(path, filled(change))), expected);
        EXPECT_THAT(pointers(as(bob).patch(path, filled(change))), expected);
    }
    std::string new_server() { return as(bob).post("/api/servers", R"({"name": "db-1"})").id(); }
};

INSTANTIATE_TEST_SUITE_P(Engines, EveryFault, each_engine, engine_name);

TEST_P(EveryFault, OfAServer) {
    EXPECT_THAT(faults_of_new("/api/servers", R"({"name": "", "maintenance_until": "2001-01-01T00:00:00Z",
                                                  "team": "%", "colour": 1})"),
                UnorderedElementsAre("/name", "/maintenance_until", "/team", "/colour"));
    expect_of_change("/api/servers", R"({"name": "a"})",
                     R"({"name": " ", "maintenance_until": "2001-01-01T00:00:00Z", "colour": 1})",
                     UnorderedElementsAre("/name", "/maintenance_until", "/colour"));
}

TEST_P(EveryFault, OfABackupTask) {
    auto const server = new_server();

    EXPECT_THAT(faults_of_new("/api/backups", R"({"server": "%", "name": "", "schedule": "61 * * * *",
                                          "timezone": "Mars/Base", "drill": "@never", "grace_seconds": -1,
                                          "source": {"paths": ["/"]}, "repository": "%"})"),
                UnorderedElementsAre("/server", "/name", "/schedule", "/timezone", "/drill", "/grace_seconds",
                                     "/source", "/repository"));
    expect_of_change("/api/backups", R"({"server": ")" + server + R"(", "name": "nightly"})",
                     R"({"server": "%", "name": "", "schedule": "never", "timezone": "x"})",
                     UnorderedElementsAre("/server", "/name", "/schedule", "/timezone"));
}

TEST_P(EveryFault, OfARepository) {
    EXPECT_THAT(faults_of_new("/api/repositories", R"({"name": "", "url": "-x", "team": "%"})"),
                UnorderedElementsAre("/name", "/url", "/team"));
    expect_of_change("/api/repositories", R"({"name": "a", "url": "/srv"})",
                     R"({"name": "", "url": "-x", "team": "%"})",
                     UnorderedElementsAre("/name", "/url", "/team"));
}

TEST_P(EveryFault, OfARun) {
    auto const task =
        as(bob).post("/api/backups", R"({"server": ")" + new_server() + R"(", "name": "nightly"})").id();

    EXPECT_THAT(faults_of_new("/api/backups/" + task + "/runs",
                              R"({"state": "running", "exit_code": 1, "error": 7,
                                  "started_at": "2999-01-01T00:00:00Z"})"),
                UnorderedElementsAre("/state", "/error", "/started_at"));
}

TEST_P(EveryFault, OfAnIncident) {
    EXPECT_THAT(
        faults_of_new("/api/incidents", R"({"title": "", "resolution": "Done.", "servers": ["%"],
                                                    "assignee": "%", "team": "%", "severity": "huge"})"),
        UnorderedElementsAre("/title", "/resolution", "/servers/0", "/assignee", "/team", "/severity"));
    expect_of_change("/api/incidents", R"({"title": "a"})",
                     R"({"title": "", "resolution": "Done.", "servers": ["%"], "assignee": "%"})",
                     UnorderedElementsAre("/title", "/resolution", "/servers/0", "/assignee"));
}

TEST_P(EveryFault, OfAMaintenanceWindow) {
    EXPECT_THAT(
        faults_of_new("/api/maintenance", R"({"title": "", "servers": ["%"], "schedule": "never",
                                                      "timezone": "x", "team": "%"})"),
        UnorderedElementsAre("/title", "/servers/0", "/schedule", "/timezone", "/team", "/duration_seconds"));
    EXPECT_THAT(faults_of_new("/api/maintenance", R"({"starts_at": "today", "duration_seconds": 60})"),
                UnorderedElementsAre("/title", "/servers", "/starts_at", "/ends_at", "/duration_seconds"));
}

TEST_P(EveryFault, OfAnApiKey) {
    EXPECT_THAT(faults_of_new("/api/keys", R"({"name": "", "scopes": ["all"], "addresses": ["x"],
                                               "expires_at": "2001-01-01T00:00:00Z"})"),
                UnorderedElementsAre("/name", "/scopes/0", "/addresses/0", "/expires_at"));
}

TEST_P(EveryFault, OfAUser) {
    auto const faults = pointers(
        as(alice).post("/api/users", R"({"username": "x", "password": "aaaaaaaaaaaa", "role": "king"})"));
    auto const of_change = pointers(as(alice).patch("/api/users/" + id_of(bob).to_string(),
                                                    R"({"email": "x", "password": "aaaaaaaaaaaa"})"));

    EXPECT_THAT(faults, UnorderedElementsAre("/username", "/password", "/role"));
    EXPECT_THAT(of_change, UnorderedElementsAre("/email", "/password"));
}

TEST_P(EveryFault, OfARegistration) {
    auto const faults = pointers(anonymous().post(
        "/api/auth/register", R"({"username": "x", "password": "aaaaaaaaaaaa", "email": "nowhere"})"));

    EXPECT_THAT(faults, UnorderedElementsAre("/username", "/password", "/email"));
}

// A rule that looks at two members has nothing to say when one of them could not be read.
TEST_P(EveryFault, IsNotMadeOfOthers) {
    EXPECT_THAT(faults_of_new("/api/servers", R"({"name": "a", "status": "asleep",
                                                  "maintenance_until": "2001-01-01T00:00:00Z"})"),
                UnorderedElementsAre("/status"));
    EXPECT_THAT(faults_of_new("/api/incidents", R"({"title": "a", "status": 1, "resolution": "Done."})"),
                UnorderedElementsAre("/status"));
    EXPECT_THAT(faults_of_new("/api/maintenance", R"({"title": "a", "labels": {"a": "b"}, "schedule": 7})"),
                UnorderedElementsAre("/schedule"));
    EXPECT_THAT(faults_of_new("/api/servers", "[]"), UnorderedElementsAre(""));
}

}  // namespace
}  // namespace securestack::test
