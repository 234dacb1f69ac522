// Which passwords may be chosen, and what follows from a change.
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class Password : public IdentityTest {
  protected:
    Answer change(Caller const& caller, std::string const& current, std::string const& fresh) {
        return caller.post("/api/auth/password",
                           object({{"current_password", current}, {"new_password", fresh}}));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Password, each_engine, engine_name);

TEST_P(Password, OfANewAccountIsLongUncommonAndNotTheName) {
    struct Case {
        std::string password;
        std::string code;
    };
    for (auto const& [password, code] : std::vector<Case>{{"short", "too_short"},
                                                          {"violetotter", "too_short"},
                                                          {std::string(1025, 'x'), "too_long"},
                                                          {"password1234", "common"},
                                                          {"aaaaaaaaaaaaaaaa", "common"},
                                                          {"newcomer-and-violets", "contains_username"}}) {
        auto const answer = anonymous().post("/api/auth/register", credentials("newcomer", password));
        EXPECT_EQ(answer.status, 422) << password;
        EXPECT_EQ(answer.text("/errors/0/pointer"), "/password") << answer.body;
        EXPECT_EQ(answer.text("/errors/0/code"), code) << answer.body;
    }
    EXPECT_EQ(number("SELECT count(*) FROM users WHERE username = 'newcomer'"), 0);
}

TEST_P(Password, MayHoldAnyUnicodeAndIsReadNormalised) {
    auto const composed = "gar\xC3\xA7on violette midi";
    auto const decomposed = "garc\xCC\xA7on violette midi";
    EXPECT_EQ(anonymous().post("/api/auth/register", credentials("bob", composed)).status, 201);

    EXPECT_EQ(log_in("bob", decomposed).status, 200);
}

TEST_P(Password, AChangeEndsTheOtherSessions) {
    auto const mine = newcomer("bob");
    auto const other = log_in("bob");

    auto const answer = change(bearer(mine.text("/access")), good_password, "quite another otter");

    EXPECT_EQ(answer.status, 204) << answer.body;
    EXPECT_EQ(status_of(mine.text("/access")), 200);
    EXPECT_EQ(refresh(mine.text("/refresh")).status, 200);
    EXPECT_EQ(status_of(other.text("/access")), 401);
    EXPECT_EQ(refresh(other.text("/refresh")).status, 401);
    EXPECT_EQ(log_in("bob").status, 401);
    EXPECT_EQ(log_in("bob", "quite another otter").status, 200);
    EXPECT_EQ(records("user.change_password"), 1);
}

TEST_P(Password, AChangeIsOne) {
    auto const composed = "gar\xC3\xA7on violette midi";
    auto const decomposed = "garc\xCC\xA7on violette midi";
    ASSERT_EQ(anonymous().post("/api/auth/register", credentials("bob", composed)).status, 201);
    auto const other = log_in("bob", composed);
    auto const caller = bearer(log_in("bob", composed).text("/access"));
    for (auto const& same : {composed, decomposed}) {
        auto const answer = change(caller, composed, same);
        EXPECT_EQ(answer.status, 422);
        EXPECT_EQ(answer.text("/errors/0/pointer"), "/new_password") << answer.body;
        EXPECT_EQ(answer.text("/errors/0/code"), "unchanged") << answer.body;
    }
    EXPECT_EQ(status_of(other.text("/access")), 200);
    EXPECT_EQ(records("user.change_password"), 0);
}

TEST_P(Password, AChangeNeedsTheCurrentOne) {
    auto const caller = bearer(newcomer("bob").text("/access"));

    auto const answer = change(caller, "not the password", "quite another otter");

    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.text("/errors/0/pointer"), "/current_password");
    EXPECT_EQ(log_in("bob").status, 200);
    EXPECT_EQ(records("user.change_password", "failure"), 1);
    EXPECT_EQ(change(caller, good_password, "short").text("/errors/0/pointer"), "/new_password");
    EXPECT_EQ(anonymous().post("/api/auth/password", "{}").status, 401);
}

TEST_P(Password, GuessingTheCurrentOneFromAStolenSessionIsSlowedDown) {
    auto const caller = bearer(newcomer("bob").text("/access"));
    for (int guess = 0; guess < 5; ++guess) change(caller, "guess", "quite another otter");

    auto const answer = change(caller, good_password, "quite another otter");

    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "2");
    app().clock.advance(std::chrono::seconds{2});
    EXPECT_EQ(change(caller, good_password, "quite another otter").status, 204);
}

class Profile : public IdentityTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Profile, each_engine, engine_name);

TEST_P(Profile, IsOnesOwnToChange) {
    auto const caller = bearer(newcomer("bob").text("/access"));

    auto const changed =
        caller.patch("/api/auth/me", object({{"email", "bob@example.org"}, {"display_name", "Bob"}}));
    auto const cleared = caller.patch("/api/auth/me", R"({"email": null})");

    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.text("/email"), "bob@example.org");
    EXPECT_EQ(changed.text("/display_name"), "Bob");
    EXPECT_TRUE(cleared.at("/email").is_null()) << cleared.body;
    EXPECT_EQ(records("user.update"), 2);
}

TEST_P(Profile, NothingElseCanBeSlippedIn) {
    auto const caller = bearer(newcomer("bob").text("/access"));
    auto const before = caller.get("/api/auth/me");

    for (std::string const member :
         {R"("role": "admin")", R"("disabled": false)", R"("id": "x")", R"("username": "root")",
          R"("created_at": "x")", R"("last_login_at": null)", R"("password_hash": "x")", R"("epoch": 9)",
          R"("version": 9)", R"("password": "x")"}) {
        EXPECT_EQ(caller.patch("/api/auth/me", "{" + member + "}").status, 422) << member;
        auto const joining = R"({"username": "eve", "password": ")" + good_password + "\", ";
        if (!member.starts_with("\"username\"") && !member.starts_with("\"password\"")) {
            EXPECT_EQ(anonymous().post("/api/auth/register", joining + member + "}").status, 422) << member;
        }
    }

    EXPECT_EQ(caller.get("/api/auth/me").body, before.body);
}

TEST_P(Profile, IfMatchKeepsAnotherChangeFromBeingLost) {
    auto const caller = bearer(newcomer("bob").text("/access"));
    auto const tag = caller.get("/api/auth/me").header("ETag");
    EXPECT_EQ(caller.with("If-Match", tag).patch("/api/auth/me", object({{"display_name", "Bob"}})).status,
              200);

    EXPECT_EQ(caller.with("If-Match", tag).patch("/api/auth/me", object({{"display_name", "Rob"}})).status,
              412);
}

}  // namespace
}  // namespace securestack::test
