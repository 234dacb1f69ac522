// Signing up, logging in, and who one then is: the founding document's examples, to the letter.
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class Login : public IdentityTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Login, each_engine, engine_name);

TEST_P(Login, ANewcomerSignsUpLogsInAndIsKnown) {
    auto const made = sign_up("bob@example.org");
    auto const tokens = log_in("bob@example.org");
    auto const me = bearer(tokens.text("/access")).get("/api/auth/me");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Location"), "/api/users/" + made.id());
    EXPECT_EQ(tokens.status, 200) << tokens.body;
    EXPECT_EQ(tokens.text("/token_type"), "Bearer");
    EXPECT_EQ(tokens.at("/expires_in"), 300);
    EXPECT_EQ(me.status, 200) << me.body;
    EXPECT_EQ(me.text("/username"), "bob@example.org");
    EXPECT_EQ(me.text("/role"), "user");
    EXPECT_EQ(me.id(), made.id());
    EXPECT_EQ(me.header("Cache-Control"), "no-store");
}

TEST_P(Login, TheAnswerToALoginHoldsTheTokensAndNothingElse) {
    auto const tokens = newcomer("bob").json().as_object();

    EXPECT_EQ(tokens.size(), 4U);
    for (auto const* name : {"access", "refresh", "token_type", "expires_in"})
        EXPECT_TRUE(tokens.contains(name));
}

TEST_P(Login, AUserShowsNothingOfItsPassword) {
    auto const made = sign_up("bob");
    auto const user = made.json().as_object();

    for (auto const* name : {"password", "password_hash", "epoch", "username_fold", "version"}) {
        EXPECT_FALSE(user.contains(name)) << name;
    }
    EXPECT_EQ(made.body.find("argon2"), std::string::npos);
}

TEST_P(Login, TheNameIsReadWithoutRegardToCase) {
    sign_up("Bob@Example.org");

    EXPECT_EQ(log_in("bOB@eXAMPLE.ORG").status, 200);
    EXPECT_EQ(sign_up("bob@example.org").status, 409);
    EXPECT_EQ(sign_up("\xEF\xBD\x82ob@example.org").status, 409) << "a full-width b reads as a b";
}

TEST_P(Login, WrongPasswordUnknownAndDisabledUserGetTheSameBytes) {
    id_of(bob);
    newcomer("disabled");
    app()->identity().set_disabled("disabled", true).value();

    auto const wrong = log_in("bob", "not the password");
    auto const unknown = log_in("nobody", "not the password");
    auto const disabled = log_in("disabled");

    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(without_request_id(wrong), without_request_id(unknown));
    EXPECT_EQ(without_request_id(wrong), without_request_id(disabled));
    EXPECT_EQ(wrong.header("Content-Type"), "application/problem+json");
}

TEST_P(Login, EveryLoginIsRecordedTheGoodAndTheBad) {
    auto const user = sign_up("bob").id();
    log_in("bob");
    log_in("bob", "not the password");
    log_in("nobody at all", "not the password");

    auto const good = as(alice).get("/api/audit?action=session.login&outcome=success&object=" + user);
    auto const bad = as(alice).get("/api/audit?action=session.login&outcome=failure");

    ASSERT_EQ(good.at("/results").as_array().size(), 1U) << good.body;
    EXPECT_EQ(good.text("/results/0/actor/name"), "bob");
    ASSERT_EQ(bad.at("/results").as_array().size(), 2U) << bad.body;
    EXPECT_NE(bad.body.find("nobody at all"), std::string::npos);
}

TEST_P(Login, ABodyThatIsNotOneIsRefusedBeforeAnyHashing) {
    struct Case {
        std::string body;
        int status;
    };
    for (auto const& [body, status] :
         std::vector<Case>{{"{", 400},
                           {"[]", 422},
                           {R"({"username": "bob"})", 422},
                           {R"({"username": 7, "password": "x"})", 422},
                           {R"({"username": "bob", "password": ""})", 422},
                           {R"({"username": "bob", "password": "x", "role": "admin"})", 422},
                           {R"({"username": "bob", "username": "x", "password": "x"})", 400}}) {
        EXPECT_EQ(anonymous().post("/api/auth/login", body).status, status) << body;
    }
    EXPECT_EQ(
        anonymous().with("Content-Type", "text/plain").post("/api/auth/login", credentials("bob")).status,
        415);
    EXPECT_EQ(records("session.login", "failure"), 0);
}

TEST_P(Login, ALoginLeavesItsTimeOnTheUser) {
    auto const tokens = newcomer("bob");

    EXPECT_EQ(bearer(tokens.text("/access")).get("/api/auth/me").text("/last_login_at"),
              format_time(app().clock.now()));
}

class Credential : public IdentityTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Credential, each_engine, engine_name);

TEST_P(Credential, MoreThanOneIsMalformed) {
    auto const header = "Bearer " + newcomer("bob").text("/access");
    auto const once = anonymous().with("Authorization", header);

    EXPECT_EQ(once.with("Authorization", header).get("/api/auth/me").status, 400);
    EXPECT_EQ(once.with("X-API-Key", "sst_x").get("/api/auth/me").status, 400);
}

TEST_P(Credential, AnythingButOurAccessTokenIsRefused) {
    auto const tokens = newcomer("bob");
    auto const access = tokens.text("/access");

    EXPECT_EQ(anonymous().get("/api/auth/me").status, 401);
    EXPECT_EQ(anonymous().with("X-API-Key", "sst_x").get("/api/auth/me").status, 401);
    for (auto const& header :
         {std::string{}, std::string{"Bearer"}, std::string{"Bearer "}, "Basic " + access, access,
          "Bearer " + access + "x", "Bearer " + access + " ", "Bearer " + access.substr(1),
          "Bearer " + access.substr(0, access.rfind('.') + 1), "Bearer " + tokens.text("/refresh"),
          std::string{"Bearer a.b.c"}}) {
        auto const answer = anonymous().with("Authorization", header).get("/api/auth/me");
        EXPECT_EQ(answer.status, 401) << header;
        EXPECT_NE(answer.header("WWW-Authenticate"), "") << header;
    }
    EXPECT_EQ(anonymous().with("Authorization", "bearer " + access).get("/api/auth/me").status, 200);
}

TEST_P(Credential, AnAccessTokenIsGoodForFiveMinutes) {
    auto const access = newcomer("bob").text("/access");

    app().clock.advance(std::chrono::seconds{298});
    EXPECT_EQ(status_of(access), 200);
    app().clock.advance(std::chrono::seconds{2});
    EXPECT_EQ(status_of(access), 401);
}

}  // namespace
}  // namespace securestack::test
