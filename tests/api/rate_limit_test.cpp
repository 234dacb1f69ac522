// How often a caller may come.
#include "http/rate_limit.hpp"

#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"

namespace securestack::test {
namespace {

class RateLimit : public IdentityTest {
  protected:
    // A program of its own, in which each may come three times a minute.
    std::unique_ptr<Replica> strict() {
        auto settings = app()->settings();
        settings.rate_limit_address = settings.rate_limit_user = Rate{3, std::chrono::seconds{60}};
        return std::make_unique<Replica>(app(), settings);
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, RateLimit, ::testing::Values(Engine::postgresql), engine_name);

TEST_P(RateLimit, AUserIsToldHowItStandsAndThenToWait) {
    auto const program = strict();
    auto const token = newcomer("erin").text("/access");
    auto const ask = [&](std::string const& from) {
        return program->send(Method::get, "/api/servers", {}, token, from);
    };

    EXPECT_EQ(ask("192.0.2.1").header("RateLimit"), "\"user\";r=2;t=20");
    EXPECT_EQ(ask("192.0.2.2").header("RateLimit-Policy"), "\"user\";q=3;w=60");
    EXPECT_EQ(ask("192.0.2.3").status, 200);
    auto const refused = ask("192.0.2.4");

    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Retry-After"), "20");
    app().clock.advance(std::chrono::seconds{20});
    EXPECT_EQ(ask("192.0.2.4").status, 200);
    EXPECT_EQ(ask("192.0.2.4").status, 429);
}

TEST_P(RateLimit, AnAddressWithoutCredentialsHasItsOwn) {
    auto const program = strict();
    auto const ask = [&](std::string const& from) {
        return program->send(Method::get, "/api/openapi.json", {}, {}, from).status;
    };
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("192.0.2.1"), 200);

    EXPECT_EQ(ask("192.0.2.1"), 429);
    EXPECT_EQ(ask("192.0.2.2"), 200);
    EXPECT_EQ(program->send(Method::get, "/healthz", {}, {}, "192.0.2.1").status, 200);
}

TEST_P(RateLimit, WithoutALimitNothingIsSaidOfOne) {
    EXPECT_EQ(as(bob).get("/api/servers").header("RateLimit"), "");
}

TEST(RateLimiter, ForgetsWhoHasTheWholeQuotaWhenThereIsNoRoom) {
    RateLimiter limiter{{.count = 1, .period = std::chrono::seconds{10}}, 2};
    auto const now = from_micros(1'000'000'000);

    EXPECT_TRUE(limiter.admit("a", now).admitted);
    EXPECT_FALSE(limiter.admit("a", now).admitted);
    EXPECT_TRUE(limiter.admit("b", now + std::chrono::seconds{10}).admitted);
    EXPECT_TRUE(limiter.admit("c", now + std::chrono::seconds{10}).admitted);  // "a" makes room
    EXPECT_FALSE(limiter.admit("b", now + std::chrono::seconds{10}).admitted);
}

TEST(RateLimiter, AClockThatWasSetBackShutsNobodyOut) {
    RateLimiter limiter{{.count = 2, .period = std::chrono::seconds{10}}};
    auto const now = from_micros(1'000'000'000);
    limiter.admit("a", now);
    auto const refused_for = [&](Time at) {
        limiter.admit("a", at);
        limiter.admit("a", at);
        return limiter.admit("a", at).restored;
    };

    EXPECT_LE(refused_for(now - std::chrono::hours{24}), std::chrono::seconds{10});
}

}  // namespace
}  // namespace securestack::test
