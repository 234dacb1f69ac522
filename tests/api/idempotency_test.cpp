// Idempotency-Key: what is sent again with its key is not done again.
#include "idempotency/idempotency.hpp"

#include <future>

#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"

namespace securestack::test {
namespace {

constexpr std::string_view a_server = R"({"name": "db-1"})";

class Idempotency : public IdentityTest {
  protected:
    Idempotency() : IdentityTest(4) {}

    Caller keyed(Persona const& persona, std::string key) {
        return as(persona).with("Idempotency-Key", std::move(key));
    }
    Answer create(Caller const& caller, std::string_view body = a_server) {
        return caller.post("/api/servers", std::string{body});
    }
    std::int64_t servers() { return number("SELECT count(*) FROM servers"); }
    std::int64_t kept() { return number("SELECT count(*) FROM idempotency_keys"); }
};
INSTANTIATE_TEST_SUITE_P(Engines, Idempotency, each_engine, engine_name);

TEST_P(Idempotency, ARepetitionGetsTheFirstAnswer) {
    auto const first = create(keyed(bob, "k-1"));
    auto const again = create(keyed(bob, "k-1"));

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.header("Idempotency-Replayed"), "");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
    EXPECT_EQ(again.body, first.body);
    for (auto const* name : {"Location", "ETag", "Content-Type"})
        EXPECT_EQ(again.header(name), first.header(name));
    EXPECT_EQ(servers(), 1);
    EXPECT_EQ(records("server.create"), 1);
}

TEST_P(Idempotency, AnotherBodyOrAddressUnderTheSameKeyIsRefused) {
    auto const first = create(keyed(bob, "k-1"));

    EXPECT_EQ(create(keyed(bob, "k-1"), R"({"name": "db-2"})").status, 422);
    EXPECT_EQ(keyed(bob, "k-1").post("/api/servers/" + first.id() + "/restore").status, 422);
    EXPECT_EQ(servers(), 1);
}

TEST_P(Idempotency, KeysOfTwoCallersHaveNothingToDoWithOneAnother) {
    EXPECT_EQ(create(keyed(bob, "k-1")).status, 201);
    auto const other = create(keyed(mallory, "k-1"));

    EXPECT_EQ(other.status, 201);
    EXPECT_EQ(other.header("Idempotency-Replayed"), "");
    EXPECT_EQ(servers(), 2);
}

TEST_P(Idempotency, ARefusedRequestMayBeSentAgain) {
    EXPECT_EQ(create(keyed(bob, "k-1"), R"({"name": ""})").status, 422);
    create(as(bob), R"({"name": "taken"})");
    EXPECT_EQ(create(keyed(bob, "k-1"), R"({"name": "taken"})").status, 409);
    EXPECT_EQ(kept(), 0);

    EXPECT_EQ(create(keyed(bob, "k-1")).status, 201);
}

TEST_P(Idempotency, AKeyIsForgottenAfterADay) {
    create(keyed(bob, "k-1"));
    app().clock.advance(idempotency_window);
    auto const later = create(keyed(bob, "k-1"), R"({"name": "db-2"})");

    EXPECT_EQ(later.status, 201);
    EXPECT_EQ(later.header("Idempotency-Replayed"), "");
    EXPECT_EQ(kept(), 1);
}

TEST_P(Idempotency, WhatIsOverIsPurgedInBatches) {
    for (auto const* key : {"a", "b", "c"})
        create(keyed(bob, key), R"({"name": ")" + std::string{key} + "\"}");
    app().clock.advance(idempotency_window);
    create(keyed(bob, "d"));
    auto const purge = [&] {
        return app().database().write_now(
            [&](Tx& tx) { return purge_idempotency_keys(tx, app().clock.now(), 2); });
    };

    EXPECT_EQ(purge(), 2);
    EXPECT_EQ(purge(), 1);
    EXPECT_EQ(kept(), 1);
}

TEST_P(Idempotency, AKeyIsOneHeaderOfVisibleAscii) {
    for (std::string const key : {"", "a b", "caf\xc3\xa9", "a\tb", "\x7f"}) {
        EXPECT_EQ(create(keyed(bob, key)).status, 400) << key;
    }
    EXPECT_EQ(create(keyed(bob, std::string(256, 'k'))).status, 400);
    EXPECT_EQ(create(keyed(bob, "a").with("Idempotency-Key", "a")).status, 400);
    EXPECT_EQ(servers(), 0);

    EXPECT_EQ(create(keyed(bob, std::string(255, 'k'))).status, 201);
}

TEST_P(Idempotency, WhereThereIsNoCallerThereIsNoKey) {
    auto const refused =
        anonymous().with("Idempotency-Key", "k-1").post("/api/auth/register", credentials("erin"));

    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(number("SELECT count(*) FROM users WHERE username = 'erin'"), 0);
}

TEST_P(Idempotency, OtherMethodsDoNotLookAtIt) {
    auto const id = create(as(bob)).id();

    EXPECT_EQ(keyed(bob, "a b").get("/api/servers/" + id).status, 200);
    EXPECT_EQ(keyed(bob, "a b").del("/api/servers/" + id).status, 204);
}

TEST_P(Idempotency, AStagedRouteIsRepeatedToo) {
    auto const body = credentials("frank");
    auto const first = keyed(alice, "k-1").post("/api/users", body);
    auto const again = keyed(alice, "k-1").post("/api/users", body);

    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
    EXPECT_EQ(records("user.create"), 1);
}

TEST_P(Idempotency, AnswersAreSealed) {
    auto const answer = keyed(alice, "k-1").post("/api/invites");
    ASSERT_EQ(answer.status, 201);
    auto const stored = app().database().read_now([&](Tx& tx) {
        return tx.first("SELECT answer FROM idempotency_keys", {},
                        [](Row const& row) { return row.bytes(0); });
    });

    ASSERT_TRUE(stored);
    EXPECT_FALSE(text_of(*stored).contains(answer.id()));
}

// Eight at once, on two replicas: one is carried out, the others get its answer or are told to wait.
TEST_P(Idempotency, OfManyAtOnceOneIsCarriedOut) {
    std::optional<Replica> second;  // one program owns a SQLite file
    if (GetParam() == Engine::postgresql) second.emplace(app());
    auto const token = newcomer("erin").text("/access");
    auto const body = std::string{a_server};
    std::vector<std::future<Answer>> all;
    for (int i = 0; i < 8; ++i) {
        auto& program = i % 2 == 0 || !second ? *app() : **second;
        all.push_back(std::async(std::launch::async, [&program, token, body] {
            Request request;
            request.method = Method::post;
            request.target = request.path = "/api/servers";
            request.headers.add("Authorization", "Bearer " + token);
            request.headers.add("Content-Type", "application/json");
            request.headers.add("Idempotency-Key", "k-1");
            request.body = body;
            request.client = Address::parse("192.0.2.7").value();
            request.id = "test-request";
            auto response = program.dispatch(std::move(request));
            return Answer{response.status, response.headers, std::string{response.content()}};
        }));
    }
    int carried_out = 0;
    for (auto& each : all) {
        auto const answer = each.get();
        EXPECT_TRUE(answer.status == 201 || answer.status == 409) << answer.body;
        if (answer.status == 409) {
            EXPECT_EQ(answer.header("Retry-After"), "1");
        }
        if (answer.status == 201 && answer.header("Idempotency-Replayed").empty()) ++carried_out;
    }

    EXPECT_EQ(carried_out, 1);
    EXPECT_EQ(servers(), 1);
    EXPECT_EQ(records("server.create"), 1);
}

}  // namespace
}  // namespace securestack::test
