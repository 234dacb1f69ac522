// Which route answers, and what is said of an address that has none.
#include "http_dispatcher_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(DispatcherTest, AnswersAnUnknownAddressWithoutAskingWhoCalls) {
    auto asked = request(Method::get, "/api/nothing");
    asked->headers.set("Authorization", "Bearer nonsense");

    Response const response = ask(asked);

    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.route, nullptr);
}

TEST_F(DispatcherTest, Answers405WithAllow) {
    Response const response = ask(Method::put, "/api/notes");

    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(DispatcherTest, AnswersOptionsWithTheMethods) {
    Response const response = ask(Method::options, "/api/notes");

    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(ask(Method::options, "*").status, 204);
    EXPECT_EQ(ask(Method::options, "/nothing").status, 404);
}

TEST_F(DispatcherTest, AnswersAMethodThatNobodyHasWith405Everywhere) {
    Response const here = ask(Method::other, "/api/notes");
    Response const nowhere = ask(Method::other, "/nothing");

    EXPECT_EQ(here.status, 405);
    EXPECT_EQ(here.headers.get("Allow"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(nowhere.status, 405);
    EXPECT_EQ(nowhere.headers.get("Allow"), all_methods);
}

TEST_F(DispatcherTest, TellsWhoseAnswerItIs) {
    Response const response = ask(Method::get, "/api/notes");

    ASSERT_NE(response.route, nullptr);
    EXPECT_EQ(response.route->pattern, "/api/notes");
    EXPECT_EQ(response.user, Door::user);
}

TEST_F(DispatcherTest, AReportWithoutARouteGetsIt) {
    auto const asked = request(Method::post, "/api/notes");

    dispatcher.report({.request = asked.get(), .status = 413});

    EXPECT_EQ(reported, "/api/notes");
}

TEST_F(DispatcherTest, ServesAPlainRouteToAnyone) {
    auto asked = request(Method::get, "/plain");
    asked->headers.set("Authorization", "Bearer nonsense");

    Response const response = ask(asked);

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content(), "plain");
}

TEST_F(DispatcherTest, KnowsTheBodyLimitOfARoute) {
    router.post("/api/large", anyone(), fail).body_limit(7);

    EXPECT_EQ(dispatcher.body_limit(Method::post, "/api/large"), 7U);
    EXPECT_EQ(dispatcher.body_limit(Method::post, "/api/nothing"), 1024U * 1024U);
}

}  // namespace
}  // namespace securestack::test
