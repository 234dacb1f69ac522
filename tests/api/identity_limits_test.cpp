// How guessing is slowed down and ended, for names that exist and for names that do not.
#include <thread>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Guessing : public IdentityTest {
  protected:
    Guessing() : IdentityTest(4) {}

    void SetUp() override {
        IdentityTest::SetUp();
        if (IsSkipped()) return;
        id_of(bob);
        limited = std::make_unique<Replica>(app(), settings());
    }
    Settings settings() {
        auto result = app()->settings();
        result.rate_limit_login = Rate{};
        return result;
    }
    Answer guess(std::string const& address = "192.0.2.7", std::string const& name = "bob") {
        return limited->post("/api/auth/login", credentials(name, "a guess"), address);
    }
    static std::string address(int number) {
        return "198.51." + std::to_string(number / 250) + "." + std::to_string(number % 250);
    }
    void purge() {
        while (app()->identity().purge_expired()) continue;
    }
    std::int64_t evaluated() { return records("session.login", "failure"); }

    std::unique_ptr<Replica> limited;
};
INSTANTIATE_TEST_SUITE_P(Engines, Guessing, each_engine, engine_name);

TEST_P(Guessing, IsLimitedByAddressWhateverTheName) {
    int refused = 0;
    for (int i = 0; i < 12; ++i) refused += guess("192.0.2.7", "name-" + std::to_string(i)).status == 429;

    EXPECT_EQ(refused, 2);
    auto const answer = guess("192.0.2.7", "one-more");
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "6");
    EXPECT_EQ(guess("192.0.2.8", "one-more").status, 401) << "another address";
}

TEST_P(Guessing, IsDelayedMoreWithEachFailureFromTheFifthOn) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(guess(address(i)).status, 401);

    auto const refused = guess(address(5));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Retry-After"), "2");
    app().clock.advance(seconds{2});
    EXPECT_EQ(guess(address(6)).status, 401);
    EXPECT_EQ(guess(address(7)).header("Retry-After"), "4");
}

TEST_P(Guessing, FromManyAddressesIsEvaluatedAHundredTimesAtMost) {
    auto const session = as(bob);
    for (int i = 0; i < 150; ++i) {
        guess(address(i));
        app().clock.advance(minutes{16});
    }

    EXPECT_EQ(evaluated(), 100);
    EXPECT_EQ(guess(address(999)).status, 429);
    EXPECT_EQ(limited->post("/api/auth/login", credentials("bob", persona_password)).status, 429)
        << "nor is the right password looked at";

    app()->identity().set_password("bob", Secret{good_password}).value();
    EXPECT_EQ(limited->post("/api/auth/login", credentials("bob")).status, 200);
}

TEST_P(Guessing, FromOneAddressIsSlowerStill) {
    for (int i = 0; i < 150; ++i) {
        guess();
        app().clock.advance(seconds{1});
    }

    EXPECT_LE(evaluated(), 12);
}

TEST_P(Guessing, LeavesTheLiveSessionAlone) {
    auto const tokens = limited->post("/api/auth/login", credentials("bob", persona_password), "203.0.113.1");
    for (int i = 0; i < 20; ++i) guess(address(i));

    EXPECT_EQ(limited->send(Method::get, "/api/auth/me", {}, tokens.text("/access")).status, 200);
    EXPECT_EQ(limited->post("/api/auth/refresh", object({{"refresh", tokens.text("/refresh")}})).status, 200);

    auto const change = limited->send(
        Method::post, "/api/auth/password",
        object({{"current_password", std::string{persona_password}}, {"new_password", good_password}}),
        tokens.text("/access"));
    EXPECT_EQ(change.status, 204) << change.body;
    EXPECT_EQ(limited->post("/api/auth/login", credentials("bob")).status, 200)
        << "the owner has set a new password: the failures are forgotten";
}

TEST_P(Guessing, IsCountedAcrossReplicasAndRestarts) {
    for (int i = 0; i < 5; ++i) guess(address(i));

    limited.reset();
    limited = std::make_unique<Replica>(app(), settings());

    EXPECT_EQ(guess(address(6)).status, 429);
    Replica other{app(), settings()};
    EXPECT_EQ(other.post("/api/auth/login", credentials("bob", "a guess"), address(7)).status, 429);
}

TEST_P(Guessing, ASuccessForgetsTheFailures) {
    for (int i = 0; i < 4; ++i) guess(address(i));
    EXPECT_EQ(limited->post("/api/auth/login", credentials("bob", persona_password)).status, 200);

    for (int i = 10; i < 14; ++i) EXPECT_EQ(guess(address(i)).status, 401) << i;
}

TEST_P(Guessing, ManyProgramsMayLogInWithOneAccountAtOnce) {
    std::vector<int> statuses(12);
    {
        std::vector<std::jthread> threads;
        for (auto& status : statuses) {
            threads.emplace_back([&] { status = log_in("bob", persona_password).status; });
        }
    }

    for (int const status : statuses) EXPECT_EQ(status, 200);
    EXPECT_EQ(number("SELECT count(*) FROM login_throttle WHERE failures > 0"), 0);
}

TEST_P(Guessing, AtTheSameTimeIsCountedToo) {
    for (int round = 0; round < 12; ++round) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 12; ++i) {
            threads.emplace_back([&] { log_in("bob", "a guess"); });
        }
        threads.clear();
        app().clock.advance(minutes{16});
    }

    EXPECT_LE(evaluated(), 100);
    EXPECT_GE(evaluated(), 50);
}

TEST_P(Guessing, ANameThatNobodyHasIsTreatedAlike) {
    for (int i = 0; i < 8; ++i) {
        auto const known = guess(address(i), "bob");
        auto const unknown = guess(address(i), "nobody");
        EXPECT_EQ(known.status, unknown.status) << i;
        EXPECT_EQ(known.header("Retry-After"), unknown.header("Retry-After")) << i;
        EXPECT_EQ(without_request_id(known), without_request_id(unknown)) << i;
    }
}

TEST_P(Guessing, ANewAccountDoesNotInheritFailures) {
    for (int i = 0; i < 6; ++i) guess(address(i), "newcomer");

    sign_up("newcomer");

    EXPECT_EQ(limited->post("/api/auth/login", credentials("newcomer")).status, 200);
}

TEST_P(Guessing, ForgetsNamesThatNobodyHasAfterADayAndUsersNever) {
    for (int i = 0; i < 3; ++i) guess(address(i), "bob"), guess(address(i), "nobody");

    app().clock.advance(std::chrono::days{1});
    guess(address(100), "somebody");
    purge();

    EXPECT_EQ(number("SELECT count(*) FROM login_throttle"), 3) << "bob's, and somebody's with an address";
    EXPECT_EQ(number("SELECT failures FROM login_throttle WHERE forget_at IS NULL"), 3);
}

TEST_P(Guessing, AttemptsThatAreNeverEvaluatedShutNobodyOut) {
    auto const& throttle = (*limited)->identity().throttle();
    int admitted = 0;
    for (int i = 0; i < 150; ++i) {
        admitted += app().database().write_now([&](Tx& tx) {
            auto const admission = throttle.admit_login(tx, address(i), "bob", true, app().clock.now());
            return admission.refusal ? 0 : 1;
        });
        app().clock.advance(seconds{6});
    }
    EXPECT_GE(admitted, 140) << "never more than half a minute without one";

    app().clock.advance(longest_evaluation);

    EXPECT_EQ(number("SELECT count(*) FROM login_throttle WHERE failures > 0"), 0);
    EXPECT_EQ(limited->post("/api/auth/login", credentials("bob", persona_password)).status, 200);
}

TEST_P(Guessing, AtAnAccountThatRefusesIsHeldAgainstTheAddressAllTheSame) {
    for (int i = 0; i < 5; ++i) guess(address(i));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(guess("192.0.2.7").status, 429);

    EXPECT_EQ(guess("192.0.2.7", "somebody").status, 429);
    EXPECT_EQ(guess("192.0.2.8", "somebody").status, 401);
}

TEST_P(Guessing, ARenamedUserKeepsItsFailuresAndADeletedOneLeavesNone) {
    for (int i = 0; i < 3; ++i) guess(address(i), "bob"), guess(address(i), "robert");
    auto const failures = [&] {
        return number("SELECT coalesce(sum(failures), 0) FROM login_throttle WHERE scope = 'login_account'");
    };

    EXPECT_EQ(as(alice).patch(user_path(bob), R"({"username": "robert"})").status, 200);
    EXPECT_EQ(failures(), 3) << "bob's under the new name, and none under the old";
    guess(address(9), "robert");
    EXPECT_EQ(failures(), 4);

    EXPECT_EQ(as(alice).del(user_path(bob)).status, 204);
    EXPECT_EQ(failures(), 0);
}

TEST_P(Guessing, RegistrationIsLimitedByAddress) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(limited->post("/api/auth/register", credentials("new-" + std::to_string(i))).status, 201);
    }

    auto const refused = limited->post("/api/auth/register", credentials("new-10"));
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.text("/detail"),
              "Too many attempts. Wait for the time that Retry-After gives, then try again.");
}

TEST_P(Guessing, WhichNamesAreTakenIsLimitedToo) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(limited->post("/api/auth/register", credentials("bob")).status, 409);
    }

    EXPECT_EQ(limited->post("/api/auth/register", credentials("bob")).status, 429);
}

TEST_P(Guessing, WhatIsLeftOfTheRateIsToldWithEveryAnswer) {
    auto const right = limited->post("/api/auth/login", credentials("bob", persona_password));
    auto const wrong = guess();
    for (int i = 0; i < 8; ++i) guess("192.0.2.7", "name-" + std::to_string(i));
    auto const refused = guess();

    EXPECT_EQ(right.header("RateLimit-Policy"), "\"login\";q=10;w=60");
    EXPECT_EQ(right.header("RateLimit"), "\"login\";r=9;t=6");
    EXPECT_EQ(wrong.header("RateLimit"), "\"login\";r=8;t=12");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("RateLimit-Policy"), "\"login\";q=10;w=60");
    EXPECT_EQ(refused.header("RateLimit"), "\"login\";r=0;t=6");
    EXPECT_EQ(refused.header("Retry-After"), "6");

    auto const joined = limited->post("/api/auth/register", credentials("newcomer"));
    EXPECT_EQ(joined.status, 201);
    EXPECT_EQ(joined.header("RateLimit"), "\"register\";r=9;t=6");
    auto const change = limited->send(
        Method::post, "/api/auth/password",
        object({{"current_password", "a guess"}, {"new_password", good_password}}), right.text("/access"));
    EXPECT_EQ(change.status, 422);
    EXPECT_EQ(change.header("RateLimit"), "\"password\";r=9;t=6");
    EXPECT_EQ(log_in("bob", persona_password).header("RateLimit"), "") << "where there is no rate";
}

}  // namespace
}  // namespace securestack::test
