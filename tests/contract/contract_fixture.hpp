// What the contract tests share: the routes, one after the other, and a request that each answers.
#pragma once

#include <functional>
#include <set>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"
#include "support/json_schema.hpp"
#include "support/totp.hpp"

namespace securestack::test {

namespace json = boost::json;

inline constexpr Persona dave{"dave", Role::user};  // changes his password
inline constexpr std::array everybody{alice, bob, carol};
inline constexpr auto no_id = "01900000-0000-7000-8000-000000000000";

inline std::string upper(Method method) {
    return std::string{to_string(method)};
}
inline std::string lower(Method method) {
    auto text = upper(method);
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

class Contract : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (!IsSkipped()) document_ = anonymous().get("/api/openapi.json").json();
    }

    // Each route of the API, one after the other.
    void for_each_route(std::function<void(Route const&)> const& look) {
        int count = 0;
        for (auto const& route : app()->router().routes()) {
            if (!route->in_api) continue;
            SCOPED_TRACE(upper(route->method) + " " + route->pattern);
            look(*route);
            ++count;
        }
        EXPECT_GT(count, 15);
    }
    static std::string with_id(std::string pattern, std::string const& id) {
        if (auto const action = pattern.find("{action}"); action != std::string::npos)
            pattern.replace(action, 8, "start");
        for (auto at = pattern.find('{'); at != std::string::npos; at = pattern.find('{')) {
            pattern.replace(at, pattern.find('}') - at + 1, id);
        }
        return pattern;
    }

    json::object const& operation(Route const& route) const {
        return document_.at("paths").at(route.pattern).at(lower(route.method)).as_object();
    }
    json::value schema_of_problem() const { return {{"$ref", "#/components/schemas/Problem"}}; }

    // A problem that the document announces for this route.
    void expect_problem(Route const& route, Answer const& answer, int status) {
        expect_problem(answer, status);
        EXPECT_TRUE(operation(route).at("responses").as_object().contains(std::to_string(status))) << status;
    }
    void expect_problem(Answer const& answer, int status) {
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
        EXPECT_THAT(violations(schema_of_problem(), answer.json(), document_), ::testing::IsEmpty());
        EXPECT_EQ(answer.at("/status"), answer.status);
        EXPECT_EQ(answer.text("/request_id"), answer.header("X-Request-Id"));
    }

    json::value document_;
};

// A request that each operation answers with success.
class Answers : public Contract {
  protected:
    // Who makes the objects that the calls are about, and the team that holds them, if any.
    Caller maker() { return as(maker_); }
    Persona maker_ = alice;
    std::string team_;
    // A document, with its team.
    std::string held(std::string document) const {
        if (team_.empty()) return document;
        document.pop_back();
        return document + R"(, "team": ")" + team_ + "\"}";
    }

    std::string new_server() {
        return maker()
            .post("/api/servers",
                  held(R"({"name": "n)" + std::to_string(++made_) + R"(", "ip": "::1", "labels": {"a": "b"},
            "endpoints": [{"host": "a", "port": 1}]})"))
            .id();
    }
    std::string new_user() {
        return as(alice)
            .post("/api/users", R"({"username": "user-)" + std::to_string(++made_) +
                                    R"(", "password": "a long enough secret"})")
            .id();
    }
    std::string a_repository() {
        return held(R"({"name": "r)" + std::to_string(++made_) + R"(", "url": "/srv/restic"})");
    }
    std::string new_repository() { return maker().post("/api/repositories", a_repository()).id(); }
    std::string a_backup(std::string const& server) {
        return R"({"name": "b)" + std::to_string(++made_) + R"(", "server": ")" + server + "\"}";
    }
    std::string new_backup() {
        backup_server_ = new_server();
        return maker().post("/api/backups", a_backup(backup_server_)).id();
    }
    std::string refresh_token() {
        id_of(bob);
        auto const login = anonymous().post("/api/auth/login", credentials(bob));
        return R"({"refresh": ")" + login.text("/refresh") + "\"}";
    }

    std::string new_incident() { return maker().post("/api/incidents", held(R"({"title": "x"})")).id(); }
    std::string new_window() { return maker().post("/api/maintenance", a_window()).id(); }
    std::string a_window() {
        auto const in_hours = [&](int hours) {
            return format_time(app().clock.now() + std::chrono::hours{hours});
        };
        return held(R"({"title": "x", "labels": {"a": "b"}, "starts_at": ")" + in_hours(1) +
                    R"(", "ends_at": ")" + in_hours(2) + "\"}");
    }

    // With the members of the team that holds the objects, or alone.
    std::string new_team() {
        if (!made_team_.empty()) as(alice).del("/api/teams/" + made_team_);
        made_team_ = maker().post("/api/teams", R"({"name": "team )" + std::to_string(++made_) + "\"}").id();
        id_of(dave);
        id_of(mallory);
        maker().post("/api/teams/" + made_team_ + "/members", R"({"username": "dave"})");
        if (team_.empty()) return made_team_;
        auto const members = as(alice).get("/api/teams/" + team_ + "/members").at("/results");
        for (auto const& member : members.as_array()) {
            json::object const wanted{{"username", member.at("username")}, {"role", member.at("role")}};
            maker().post("/api/teams/" + made_team_ + "/members", json::serialize(wanted));
        }
        return made_team_;
    }
    std::string new_key() {
        if (!made_key_.empty()) as(alice).del("/api/keys/" + made_key_);
        return made_key_ = maker().post("/api/keys", R"({"name": "k", "scopes": ["servers:read"]})").id();
    }
    std::string new_session() {
        anonymous().post("/api/auth/login", credentials(maker_));
        return maker().get("/api/auth/sessions?limit=1").text("/results/0/id");
    }
    // Of dave's second factor, and of the half minute after this one.
    std::string a_totp_code(std::chrono::seconds later) {
        return R"({"otp": ")" + totp_code(totp_secret_, app().clock.now() + later) + "\"}";
    }

    // The address of something that is there.
    std::string a_target(Route const& route) {
        if (route.doc.id == "previewSchedule") return route.pattern + "?schedule=@daily";
        if (route.doc.id == "search") return route.pattern + "?q=x";
        if (!route.pattern.contains('{')) return route.pattern;
        auto pattern = route.pattern;
        auto const id = an_id(route);
        if (auto const at = pattern.find("{comment_id}"); at != std::string::npos) {
            auto const made = maker().post("/api/incidents/" + id + "/comments", R"({"body": "x"})");
            pattern.replace(at, std::string_view{"{comment_id}"}.size(), made.id());
        }
        if (auto const at = pattern.find("{user_id}"); at != std::string::npos)
            pattern.replace(at, std::string_view{"{user_id}"}.size(), id_of(dave).to_string());
        return with_id(pattern, id);
    }

    // What stands for {id}.
    std::string an_id(Route const& route) {
        if (route.pattern == "/api/incidents/{id}/reopen") {
            auto const id = new_incident();
            EXPECT_EQ(maker().post("/api/incidents/" + id + "/resolve").status, 200);
            return id;
        }
        if (route.pattern.starts_with("/api/incidents/")) return new_incident();
        if (route.pattern.starts_with("/api/maintenance/")) return new_window();
        if (route.pattern == "/api/servers/{id}/restore") {
            auto const id = new_server();
            EXPECT_EQ(maker().del("/api/servers/" + id).status, 204);
            return id;
        }
        if (route.pattern.starts_with("/api/servers/")) return new_server();
        if (route.pattern.starts_with("/api/backups/")) return new_backup();
        if (route.pattern.starts_with("/api/runs/"))
            return maker().post("/api/backups/" + new_backup() + "/runs", R"({"exit_code": 0})").id();
        if (route.pattern.starts_with("/api/repositories/")) return new_repository();
        if (route.pattern.starts_with("/ping/")) {
            auto const url = maker().get("/api/backups/" + new_backup()).text("/ping_url");
            return url.substr(url.rfind('/') + 1);
        }
        if (route.pattern.starts_with("/api/users/")) return new_user();
        if (route.pattern.starts_with("/api/teams/")) return new_team();
        if (route.pattern.starts_with("/api/keys/")) return new_key();
        if (route.pattern.starts_with("/api/auth/sessions/")) return new_session();
        if (route.pattern.starts_with("/api/invites/")) return as(alice).post("/api/invites").id();
        if (route.pattern.starts_with("/api/audit/")) {
            return maker().get("/api/audit?limit=1").text("/results/0/id");
        }
        ADD_FAILURE() << "say in an_id() what stands for the id here";
        return no_id;
    }

    std::string a_body(Route const& route) {
        if (route.doc.id == "importServers") return "name\nimported-" + std::to_string(++made_) + "\n";
        if (route.doc.request == nullptr) return {};
        std::string const operation = route.doc.id;
        if (operation == "refresh" || operation == "logout") return refresh_token();
        if (operation == "login") return id_of(bob), credentials(bob);
        if (operation == "createTeam" || operation == "replaceTeam")
            return R"({"name": "sent )" + std::to_string(++made_) + "\"}";
        if (operation == "addTeamMember") return R"({"username": "mallory"})";
        if (operation == "setTeamMember") return R"({"role": "operator"})";
        if (operation == "createApiKey" || operation == "replaceApiKey")
            return R"({"name": "k", "scopes": ["servers:read", "teams:read"]})";
        if (operation == "updateApiKey") return R"({"name": "l"})";
        if (operation == "rotateApiKey") return R"({"overlap_seconds": 60})";
        if (operation == "confirmTotp") {
            totp_secret_ = as(dave).post("/api/auth/totp").text("/secret");
            return a_totp_code(std::chrono::seconds{0});
        }
        if (operation == "removeTotp") return a_totp_code(std::chrono::seconds{30});
        if (operation == "changePassword") {
            return R"({"current_password": ")" + std::string{persona_password} +
                   R"(", "new_password": "another fine secret"})";
        }
        if (operation == "register")
            return R"({"username": "erin@example.com", "password": "a long enough secret"})";
        if (operation == "actOnIncidents")
            return R"({"action": "acknowledge", "ids": [")" + new_incident() + "\"]}";
        if (operation == "commentIncident" || operation == "editIncidentComment") return R"({"body": "y"})";
        if (operation == "resolveIncident") return R"({"resolution": "y"})";
        if (operation == "createIncident" || operation == "replaceIncident") return held(R"({"title": "y"})");
        if (operation == "createMaintenanceWindow" || operation == "replaceMaintenanceWindow")
            return a_window();
        if (operation == "createBackup") return a_backup(new_server());
        if (operation == "replaceBackup") return a_backup(backup_server_);
        if (operation == "updateBackup") return R"({"grace_seconds": 60})";
        if (operation == "reportRun") return R"({"exit_code": 0})";
        if (operation == "createRepository" || operation == "replaceRepository") return a_repository();
        if (operation == "updateRepository") return R"({"append_only": false})";
        if (operation == "createUser") return R"({"username": "frank", "password": "a long enough secret"})";
        if (operation == "replaceUser") return R"({"username": "grace", "role": "auditor"})";
        if (route.pattern.starts_with("/api/servers") && !route.doc.request_is_patch)
            return held(R"({"name": "sent-)" + std::to_string(++made_) + "\"}");
        if (operation == "updateUser" || operation == "updateMe") return R"({"display_name": "Someone"})";
        if (route.doc.request_is_patch) return R"({"description": "changed"})";
        ADD_FAILURE() << "say in a_body() what is sent to " << operation;
        return "{}";
    }

    void expect_described(Route const& route, Answer const& answer) {
        auto const status = std::to_string(answer.status);
        auto const& responses = operation(route).at("responses").as_object();
        ASSERT_TRUE(responses.contains(status))
            << "the document does not know the answer " << status << answer.body;
        auto const* content = responses.at(status).as_object().if_contains("content");
        if (content == nullptr) {
            EXPECT_EQ(answer.body, "");
            return;
        }
        auto const whole_type = answer.header("Content-Type");
        auto const type = whole_type.substr(0, whole_type.find(';'));
        auto const* media = content->as_object().if_contains(type);
        ASSERT_NE(media, nullptr) << "the document does not know the type " << type;
        auto const* schema = media->as_object().if_contains("schema");
        if (schema != nullptr && type == "application/json") {
            EXPECT_THAT(violations(*schema, answer.json(), document_), ::testing::IsEmpty()) << answer.body;
        }
    }

  private:
    std::string backup_server_;  // of the latest new_backup()
    std::string made_team_;
    std::string made_key_;
    std::string totp_secret_;
    int made_ = 0;
};

}  // namespace securestack::test
