// What holds for every route that there is, and for each that will be added: the loops are over the router
// and over the OpenAPI document, so that a new route is either right or noticed.
#include <functional>
#include <set>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/app_fixture.hpp"
#include "support/json_schema.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

constexpr Persona dave{"dave", Role::user};  // changes his password
constexpr std::array everybody{alice, bob, carol};
constexpr auto no_id = "01900000-0000-7000-8000-000000000000";

std::string upper(Method method) {
    return std::string{to_string(method)};
}
std::string lower(Method method) {
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
INSTANTIATE_TEST_SUITE_P(Engines, Contract, each_engine, engine_name);

TEST_P(Contract, EveryRouteIsInTheDocumentAndTheDocumentHasNoOther) {
    std::set<std::string> known;
    for_each_route([&](Route const& route) {
        known.insert(route.pattern + " " + lower(route.method));
        EXPECT_NO_THROW(operation(route));
    });

    for (auto const& [pattern, item] : document_.at("paths").as_object()) {
        for (auto const& [method, unused] : item.as_object()) {
            EXPECT_TRUE(known.contains(std::string{pattern} + " " + std::string{method}))
                << pattern << method;
        }
    }
}

TEST_P(Contract, EveryOperationHasASummaryATagAndANameOfItsOwn) {
    std::set<std::string> names;
    for_each_route([&](Route const& route) {
        auto const& described = operation(route);
        EXPECT_FALSE(described.at("summary").as_string().empty());
        EXPECT_FALSE(described.at("tags").as_array().empty());
        EXPECT_TRUE(names.emplace(described.at("operationId").as_string()).second);
    });
}

TEST_P(Contract, WithoutACredentialOnlyOpenRoutesAnswer) {
    for_each_route([&](Route const& route) {
        if (!route.access.permission()) return;
        expect_problem(route, anonymous().send(route.method, with_id(route.pattern, no_id), "{}"), 401);
        expect_problem(route,
                       anonymous()
                           .with("Authorization", "Bearer nonsense")
                           .send(route.method, with_id(route.pattern, no_id), "{}"),
                       401);
    });
}

TEST_P(Contract, ARoleWithoutThePermissionIsRefused) {
    for_each_route([&](Route const& route) {
        auto const permission = route.access.permission();
        if (!permission) return;
        for (auto const& persona : everybody) {
            Principal principal;
            principal.user = id_of(persona);
            principal.role = persona.role;
            principal.via = Via::access_token;
            if (may(principal, *permission)) continue;
            SCOPED_TRACE(persona.username);
            expect_problem(route, as(persona).send(route.method, with_id(route.pattern, no_id), "{}"), 403);
        }
    });
}

TEST_P(Contract, WhatIsNotThereIs404AndWhatIsNoIdToo) {
    for_each_route([&](Route const& route) {
        if (!route.pattern.contains('{') || !route.access.permission()) return;
        bool const has_body = route.doc.request != nullptr && !route.doc.request_is_patch;
        expect_problem(
            route, as(alice).send(route.method, with_id(route.pattern, "no-id"), has_body ? "{}" : ""), 404);
        if (has_body) return;
        expect_problem(route,
                       as(alice).send(route.method, with_id(route.pattern, no_id),
                                      route.doc.request_is_patch ? "{}" : ""),
                       404);
    });
}

TEST_P(Contract, AQueryParameterThatNobodyKnowsIs400) {
    for_each_route([&](Route const& route) {
        expect_problem(
            route, as(alice).send(route.method, with_id(route.pattern, no_id) + "?colour=red", "{}"), 400);
    });
}

TEST_P(Contract, ABodyThatIsNoJsonOrHasUnknownMembersIsRefused) {
    for_each_route([&](Route const& route) {
        if (route.doc.request == nullptr || route.pattern.contains('{')) return;
        auto const caller = route.access.permission() ? as(alice) : anonymous();
        auto const send = [&](Caller const& from, std::string body) {
            return from.send(route.method, route.pattern, std::move(body));
        };
        expect_problem(route, send(caller, R"({"a": )"), 400);
        expect_problem(route, send(caller, R"({"a": 1, "a": 2})"), 400);
        expect_problem(route, send(caller, ""), 400);
        expect_problem(route, send(caller, R"({"no_such_member": 1})"), 422);
        expect_problem(route, send(caller, "[]"), 422);
        expect_problem(route, send(caller.with("Content-Type", "text/plain"), "{}"), 415);
    });
}

TEST_P(Contract, AMethodThatAPathDoesNotHaveIs405WithThoseItHas) {
    for_each_route([&](Route const& route) {
        auto const path = with_id(route.pattern, no_id);
        for (auto const method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
            if (app()->router().match(method, path)) continue;
            auto const answer = as(alice).send(method, path, "");
            expect_problem(answer, 405);
            EXPECT_TRUE(answer.header("Allow").contains(upper(route.method))) << answer.header("Allow");
        }
    });
}

// A request that each operation answers with success.
class Answers : public Contract {
  protected:
    struct Sample {
        Caller caller;
        std::string target;
        std::string body;
    };

    std::string new_server() {
        return as(alice)
            .post("/api/servers",
                  R"({"name": "n)" + std::to_string(++made_) + R"(", "ip": "::1", "labels": {"a": "b"},
            "endpoints": [{"host": "a", "port": 1}]})")
            .id();
    }
    std::string new_user() {
        return as(alice)
            .post("/api/users", R"({"username": "user-)" + std::to_string(++made_) +
                                    R"(", "password": "a long enough secret"})")
            .id();
    }
    std::string a_repository() {
        return R"({"name": "r)" + std::to_string(++made_) + R"(", "url": "/srv/restic"})";
    }
    std::string new_repository() { return as(alice).post("/api/repositories", a_repository()).id(); }
    std::string a_backup(std::string const& server) {
        return R"({"name": "b)" + std::to_string(++made_) + R"(", "server": ")" + server + "\"}";
    }
    std::string new_backup() {
        backup_server_ = new_server();
        return as(alice).post("/api/backups", a_backup(backup_server_)).id();
    }
    std::string refresh_token() {
        id_of(bob);
        auto const login = anonymous().post("/api/auth/login", credentials(bob));
        return R"({"refresh": ")" + login.text("/refresh") + "\"}";
    }

    std::string new_incident() { return as(alice).post("/api/incidents", R"({"title": "x"})").id(); }
    std::string new_window() { return as(alice).post("/api/maintenance", a_window()).id(); }
    std::string a_window() {
        auto const in_hours = [&](int hours) {
            return format_time(app().clock.now() + std::chrono::hours{hours});
        };
        return R"({"title": "x", "labels": {"a": "b"}, "starts_at": ")" + in_hours(1) + R"(", "ends_at": ")" +
               in_hours(2) + "\"}";
    }

    // The address of something that is there.
    std::string a_target(Route const& route) {
        if (route.doc.id == "previewSchedule") return route.pattern + "?schedule=@daily";
        if (!route.pattern.contains('{')) return route.pattern;
        auto pattern = route.pattern;
        auto const id = an_id(route);
        if (auto const at = pattern.find("{comment_id}"); at != std::string::npos) {
            auto const made = as(alice).post("/api/incidents/" + id + "/comments", R"({"body": "x"})");
            pattern.replace(at, std::string_view{"{comment_id}"}.size(), made.id());
        }
        return with_id(pattern, id);
    }

    // What stands for {id}.
    std::string an_id(Route const& route) {
        if (route.pattern == "/api/incidents/{id}/reopen") {
            auto const id = new_incident();
            EXPECT_EQ(as(alice).post("/api/incidents/" + id + "/resolve").status, 200);
            return id;
        }
        if (route.pattern.starts_with("/api/incidents/")) return new_incident();
        if (route.pattern.starts_with("/api/maintenance/")) return new_window();
        if (route.pattern == "/api/servers/{id}/restore") {
            auto const id = new_server();
            EXPECT_EQ(as(alice).del("/api/servers/" + id).status, 204);
            return id;
        }
        if (route.pattern.starts_with("/api/servers/")) return new_server();
        if (route.pattern.starts_with("/api/backups/")) return new_backup();
        if (route.pattern.starts_with("/api/runs/"))
            return as(alice).post("/api/backups/" + new_backup() + "/runs", "{}").id();
        if (route.pattern.starts_with("/api/repositories/")) return new_repository();
        if (route.pattern.starts_with("/ping/")) {
            auto const url = as(alice).get("/api/backups/" + new_backup()).text("/ping_url");
            return url.substr(url.rfind('/') + 1);
        }
        if (route.pattern.starts_with("/api/users/")) return new_user();
        if (route.pattern.starts_with("/api/invites/")) return as(alice).post("/api/invites").id();
        if (route.pattern.starts_with("/api/audit/")) {
            return as(alice).get("/api/audit?limit=1").text("/results/0/id");
        }
        ADD_FAILURE() << "say in an_id() what stands for the id here";
        return no_id;
    }

    std::string a_body(Route const& route) {
        if (route.doc.request == nullptr) return {};
        std::string const operation = route.doc.id;
        if (operation == "refresh" || operation == "logout") return refresh_token();
        if (operation == "login") return id_of(bob), credentials(bob);
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
        if (operation == "createIncident" || operation == "replaceIncident") return R"({"title": "y"})";
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
            return R"({"name": "sent-)" + std::to_string(++made_) + "\"}";
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
    int made_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Engines, Answers, each_engine, engine_name);

TEST_P(Answers, EveryAnswerFitsItsSchemaInTheDocument) {
    new_server();
    for_each_route([&](Route const& route) {
        if (route.doc.id == "setUp") return;  // only without an administrator; see the identity tests
        auto const target = a_target(route);
        auto const body = a_body(route);
        auto caller = !route.access.permission()         ? anonymous()
                      : route.doc.id == "changePassword" ? as(dave)
                                                         : as(alice);
        if (!body.empty() && route.doc.request_is_patch)
            caller = caller.with("Content-Type", "application/merge-patch+json");

        auto const answer = caller.send(route.method, target, body);

        EXPECT_EQ(answer.status, route.doc.success) << answer.body;
        expect_described(route, answer);
        if (route.doc.has_etag) {
            EXPECT_FALSE(answer.header("ETag").empty());
        }
        if (answer.status == 201 && route.doc.has_etag) {
            EXPECT_FALSE(answer.header("Location").empty());
        }
    });
}

TEST_P(Answers, ListsAreExportedInEveryFormTheyOffer) {
    new_server();
    as(alice).post("/api/invites");
    for_each_route([&](Route const& route) {
        if (route.doc.list == nullptr) return;
        for (std::string const form : {"text/csv", "application/x-ndjson"}) {
            auto const answer = as(alice).with("Accept", form).get(a_target(route));
            EXPECT_EQ(answer.status, 200) << answer.body;
            EXPECT_TRUE(answer.header("Content-Type").starts_with(form)) << answer.header("Content-Type");
            EXPECT_FALSE(answer.body.empty());
        }
    });
}

}  // namespace
}  // namespace securestack::test
