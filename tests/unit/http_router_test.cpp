#include <gtest/gtest.h>

#include "http/router.hpp"

namespace securestack {
namespace {

void add(Router& router, Method method, std::string pattern) {
    router.plain(method, std::move(pattern), anyone(), [](Context const&) { return Response{}; });
}

class RouterTest : public ::testing::Test {
  protected:
    RouterTest() {
        add(router, Method::get, "/");
        add(router, Method::get, "/api/servers");
        add(router, Method::post, "/api/servers");
        add(router, Method::get, "/api/servers/{id}");
        add(router, Method::del, "/api/servers/{id}");
        add(router, Method::post, "/api/servers/import");
        add(router, Method::get, "/api/servers/{id}/runs/{run}");
        add(router, Method::get, "/api/servers/import/help");
    }

    std::string pattern(Method method, std::string_view path) const {
        auto const match = router.match(method, path);
        return match ? match->route->pattern : std::string{describe(match.error().code).slug};
    }

    Router router;
};

TEST_F(RouterTest, FindsTheRouteOfAPath) {
    EXPECT_EQ(pattern(Method::get, "/"), "/");
    EXPECT_EQ(pattern(Method::get, "/api/servers"), "/api/servers");
    EXPECT_EQ(pattern(Method::get, "/api/servers/7"), "/api/servers/{id}");
    EXPECT_EQ(pattern(Method::get, "/api/servers/7/runs/9"), "/api/servers/{id}/runs/{run}");
}

TEST_F(RouterTest, HandsOutTheValuesInTheirOrder) {
    auto const match = router.match(Method::get, "/api/servers/7/runs/9");

    ASSERT_TRUE(match);
    EXPECT_EQ(match->values, (PathValues{"7", "9"}));
}

TEST_F(RouterTest, PrefersALiteralToAParameterAndComesBackForIt) {
    EXPECT_EQ(pattern(Method::post, "/api/servers/import"), "/api/servers/import");
    EXPECT_EQ(pattern(Method::get, "/api/servers/import/help"), "/api/servers/import/help");

    auto const match = router.match(Method::get, "/api/servers/import/runs/9");
    ASSERT_TRUE(match);
    EXPECT_EQ(match->values, (PathValues{"import", "9"}));
}

TEST_F(RouterTest, TakesATrailingSlashForTheSameResource) {
    EXPECT_EQ(pattern(Method::get, "/api/servers/"), "/api/servers");
    EXPECT_EQ(pattern(Method::get, "/api/servers/7/"), "/api/servers/{id}");
}

TEST_F(RouterTest, KnowsNothingElse) {
    for (std::string_view const path :
         {"", "api", "/ap", "/api", "/api/servers//", "/api//servers", "//", "/api/servers/7/runs",
          "/API/servers", "/api/servers/7/runs/9/x", "*"}) {
        EXPECT_EQ(pattern(Method::get, path), "not-found") << path;
    }
}

TEST_F(RouterTest, AnswersHeadWithTheRouteOfGet) {
    EXPECT_EQ(pattern(Method::head, "/api/servers/7"), "/api/servers/{id}");
}

TEST_F(RouterTest, NamesTheMethodsThatExist) {
    auto const match = router.match(Method::put, "/api/servers/7");

    ASSERT_FALSE(match);
    EXPECT_EQ(match.error().code, ErrorCode::method_not_allowed);
    EXPECT_EQ(match.error().allow, "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, RefusesTwoRoutesForOneRequest) {
    EXPECT_THROW(add(router, Method::get, "/api/servers/{other}"), std::logic_error);
}

TEST_F(RouterTest, RefusesAPatternThatIsNone) {
    for (std::string const pattern : {"api", "/api//x", "/{", "/a{id}", "/{}"}) {
        EXPECT_THROW(add(router, Method::get, pattern), std::logic_error) << pattern;
    }
}

TEST_F(RouterTest, RefusesAHandlerThatTakesOtherParametersThanThePatternHas) {
    auto const handler = [](Tx&, Context const&, Id) -> Result<NoContent> { return NoContent{}; };

    EXPECT_THROW(router.get("/api/things", anyone(), handler), std::logic_error);
}

}  // namespace
}  // namespace securestack
