// What holds for every route that there is, and for each that will be added: the loops are over the router
// and over the OpenAPI document, so that a new route is either right or noticed.
#include "contract_fixture.hpp"

namespace securestack::test {
namespace {

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
        if (route.pattern.starts_with("/ping/")) return;  // other tools append what they like
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

INSTANTIATE_TEST_SUITE_P(Engines, Answers, each_engine, engine_name);

// What changes how its caller logs in.
bool is_daves(Route const& route) {
    static std::set<std::string> const operations{"changePassword", "enrolTotp", "confirmTotp", "removeTotp"};
    return operations.contains(route.doc.id);
}

TEST_P(Answers, EveryAnswerFitsItsSchemaInTheDocument) {
    new_server();
    for_each_route([&](Route const& route) {
        if (route.doc.id == "setUp") return;  // only without an administrator; see the identity tests
        auto const target = a_target(route);
        auto const body = a_body(route);
        auto caller = !route.access.permission() ? anonymous() : is_daves(route) ? as(dave) : as(alice);
        if (!body.empty() && route.doc.request_is_patch)
            caller = caller.with("Content-Type", "application/merge-patch+json");
        if (!route.doc.request_types.empty())
            caller = caller.with("Content-Type", std::string{route.doc.request_types.front()});

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
            EXPECT_TRUE(form != "text/csv" || !answer.body.empty()) << "a CSV has its header at least";
        }
    });
}

}  // namespace
}  // namespace securestack::test
