// How guessing is slowed down and ended, for names that exist and for names that do not.
#include <thread>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Guessing : public IdentityTest {
  protected:
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

TEST_P(Guessing, ForgetsNamesThatNobodyHasAfterAMonthAndOthersNever) {
    for (int i = 0; i < 3; ++i) guess(address(i), "bob"), guess(address(i), "nobody");

    app().clock.advance(std::chrono::days{31});
    for (int i = 0; i < 3; ++i) guess(address(100 + i), "somebody");

    EXPECT_EQ(number("SELECT count(*) FROM login_throttle WHERE failures = 3 AND scope = 'login_account'"), 2)
        << "bob's, and somebody's that are new";
}

TEST_P(Guessing, RegistrationIsLimitedByAddress) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(limited->post("/api/auth/register", credentials("new-" + std::to_string(i))).status, 201);
    }

    EXPECT_EQ(limited->post("/api/auth/register", credentials("new-10")).status, 429);
}

}  // namespace
}  // namespace securestack::test
