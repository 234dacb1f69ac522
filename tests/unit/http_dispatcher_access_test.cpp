// Who may call, and what is recorded of who may not.
#include <string>
#include <vector>

#include "http_dispatcher_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(DispatcherTest, AnswersAnAnonymousCallerWith401) {
    auto asked = request(Method::get, "/api/notes");
    asked->headers = {};

    Response const response = ask(asked);

    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(response.headers.get("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(count("denials"), 0);
}

TEST_F(DispatcherTest, AnswersABadTokenWith401) {
    EXPECT_EQ(ask_as("Bearer nonsense", Method::get, "/api/notes").status, 401);
    EXPECT_EQ(ask_as("Bearer new-nonsense", Method::get, "/api/notes").status, 401);
}

TEST_F(DispatcherTest, LooksACallerUpWhereItMust) {
    EXPECT_EQ(ask_as("Bearer new-user", Method::get, "/api/notes").status, 200);
    EXPECT_EQ(ask_as("Bearer new-user", Method::post, "/api/notes", R"({"text":"a"})").status, 201);
}

TEST_F(DispatcherTest, RecordsADenialBeforeItIsAnswered) {
    Response const response = ask_as("Bearer auditor", Method::post, "/api/notes", R"({"text":"a"})");

    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(count("denials"), 1);
    EXPECT_EQ(count("notes"), 0);
}

TEST_F(DispatcherTest, RecordsAWriteToWhatMayBeHiddenButNoReadOfIt) {
    std::string const absent = "/api/notes/00000000-0000-0000-0000-000000000001";

    EXPECT_EQ(ask(Method::get, absent).status, 404);
    EXPECT_EQ(count("denials"), 0);
    EXPECT_EQ(ask(Method::patch, absent, "{}").status, 404);
    EXPECT_EQ(count("denials"), 1);
}

TEST_F(DispatcherTest, RecordsNoDenialOfNobodyInParticular) {
    router.post("/api/closed", anyone(), [](Tx&, Context const&) -> Result<NoContent> {
        return Problem{ErrorCode::forbidden, "Not open."};
    });

    Response const response = ask(Method::post, "/api/closed");

    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(count("denials"), 0);
}

TEST_F(DispatcherTest, KeepsTheAnswerWhenADenialCannotBeRecorded) {
    database->write_now([](Tx& tx) { tx.execute("DROP TABLE denials"); });

    EXPECT_EQ(ask_as("Bearer auditor", Method::post, "/api/notes", R"({"text":"a"})").status, 403);
    EXPECT_EQ(log.events(), std::vector<std::string>{"audit.denial_lost"});
}

}  // namespace
}  // namespace securestack::test
