#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/id.hpp"
#include "http/context.hpp"
#include "http/message.hpp"

namespace securestack {
namespace {

TEST(Headers, CompareWithoutRegardToCase) {
    Headers headers;
    headers.add("X-Thing", "1");
    headers.add("x-thing", "2");

    EXPECT_EQ(headers.get("X-THING"), "1");
    EXPECT_EQ(headers.count("X-Thing"), 2U);
    EXPECT_EQ(headers.joined("x-Thing"), "1, 2");
}

TEST(Headers, SetReplacesEveryOne) {
    Headers headers;
    headers.add("A", "1");
    headers.add("a", "2");

    headers.set("A", "3");

    EXPECT_EQ(headers.joined("A"), "3");
}

TEST(Request, DecodesItsQueryInOrder) {
    Request request;
    request.raw_query = "q=a+b%20c&&status=x&status=y&flag";

    auto const query = request.query();

    ASSERT_TRUE(query);
    EXPECT_EQ(*query, (QueryParameters{{"q", "a b c"}, {"status", "x"}, {"status", "y"}, {"flag", ""}}));
}

TEST(Request, RefusesAQueryThatCannotBeDecoded) {
    for (std::string const text : {"a=%", "a=%4", "a=%zz", "a=%ff", "%00=1", "a=%c3%28"}) {
        Request request;
        request.raw_query = text;

        auto const query = request.query();

        ASSERT_FALSE(query) << text;
        EXPECT_EQ(query.error().code, ErrorCode::malformed);
    }
}

TEST(ProblemResponse, HasTheMembersOfRfc9457) {
    Problem problem{std::vector<FieldError>{{"/name", "required", "is required"}}};

    Response const response = problem_response(problem, "/api/servers", "r-1");

    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(
        response.body,
        R"({"type":"/problems/invalid","title":"The values are not valid","status":422,)"
        R"("detail":"One value is not valid: see errors.","instance":"/api/servers","request_id":"r-1",)"
        R"("errors":[{"pointer":"/name","code":"required","detail":"is required"}]})");
}

TEST(ProblemResponse, EscapesAPathThatIsNoUri) {
    Response const response = problem_response({ErrorCode::not_found, ""}, "/a\"b \xff", "r-1");

    EXPECT_NE(response.body.find(R"("instance":"/a%22b%20%FF")"), std::string::npos) << response.body;
}

// Request::path keeps an escaped slash as it was sent.
TEST(ProblemResponse, EscapesNoEscapedSlashAgain) {
    Response const response = problem_response({ErrorCode::not_found, ""}, "/a%2Fb%2fc/100%/%2", "r-1");

    EXPECT_NE(response.body.find(R"("instance":"/a%2Fb%2fc/100%25/%252")"), std::string::npos)
        << response.body;
}

TEST(ProblemResponse, SetsTheHeadersOfItsStatus) {
    Problem not_allowed{ErrorCode::method_not_allowed, ""};
    not_allowed.allow = "GET, HEAD";
    Problem limited{ErrorCode::too_many_requests, ""};
    limited.retry_after = std::chrono::seconds{7};

    EXPECT_EQ(problem_response(not_allowed, "/", "").headers.get("Allow"), "GET, HEAD");
    EXPECT_EQ(problem_response(limited, "/", "").headers.get("Retry-After"), "7");
    EXPECT_EQ(problem_response({ErrorCode::unavailable, ""}, "/", "").headers.get("Retry-After"), "1");
    EXPECT_EQ(problem_response({ErrorCode::unauthenticated, ""}, "/", "").headers.get("WWW-Authenticate"),
              "Bearer");
    EXPECT_EQ(problem_response({ErrorCode::invalid_token, ""}, "/", "").headers.get("WWW-Authenticate"),
              "Bearer error=\"invalid_token\"");
}

class Conditions : public ::testing::Test {
  protected:
    Context context() { return {request, {}, {}, ids, cursors}; }
    Request request;
    IdSource ids;
    CursorKey cursors{Secret{"k"}};
};

TEST_F(Conditions, IfMatchIsOptional) {
    EXPECT_TRUE(context().check_preconditions(3));
}

TEST_F(Conditions, IfMatchTakesTheVersionAmongOthersAndAStar) {
    for (std::string const value : {"\"3\"", "*", " * ", "\"1\", \"3\"", "W/\"9\",\"3\""}) {
        request.headers.set("If-Match", value);
        EXPECT_TRUE(context().check_preconditions(3)) << value;
    }
}

TEST_F(Conditions, IfMatchRefusesAnotherAWeakAndAMalformedOne) {
    for (std::string const value : {"\"2\"", "W/\"3\"", "3", "", "\"3", "\"2\" *"}) {
        request.headers.set("If-Match", value);
        auto const checked = context().check_preconditions(3);
        ASSERT_FALSE(checked) << value;
        EXPECT_EQ(checked.error().code, ErrorCode::precondition_failed);
    }
}

TEST_F(Conditions, AWeakTagIsRefusedAsOneAndNotAsAChange) {
    request.headers.set("If-Match", "W/\"3\"");
    EXPECT_THAT(context().check_preconditions(3).error().detail, ::testing::HasSubstr("weak"));
    request.headers.set("If-Match", "W/\"2\"");
    EXPECT_THAT(context().check_preconditions(3).error().detail, ::testing::HasSubstr("has changed"));
}

TEST_F(Conditions, AreAStarOrEntityTags) {
    for (std::string const value : {"*", "\"3\"", "W/\"3\" , \"\"", "\"a,b\",,\"c\"", ","}) {
        Headers headers;
        headers.add("If-Match", value);
        EXPECT_EQ(check_conditions(headers).has_value(), value != ",") << value;
    }
}

TEST_F(Conditions, AreRefusedWhereTheyAreMalformed) {
    for (std::string const name : {"If-Match", "If-None-Match"}) {
        for (std::string const value :
             {"", "3", "\"3", "\"2\" *", "*, \"3\"", "w/\"3\"", "\"2\" \"3\"", "\"a b\""}) {
            Headers headers;
            headers.add(name, value);
            auto const checked = check_conditions(headers);
            ASSERT_FALSE(checked) << name << ": " << value;
            EXPECT_EQ(checked.error().code, ErrorCode::malformed);
        }
    }
}

TEST_F(Conditions, IfNoneMatchComparesWeakly) {
    request.headers.set("If-None-Match", "W/\"3\"");

    EXPECT_TRUE(context().none_match_hits("\"3\""));
    EXPECT_FALSE(context().none_match_hits("\"4\""));
}

}  // namespace
}  // namespace securestack
