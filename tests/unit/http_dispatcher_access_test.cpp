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

TEST_F(DispatcherTest, TheHeadAloneDecidesWhoIsNotLetIn) {
    auto const status_of = [&](std::string const& authorization, Method method, std::string const& path) {
        auto asked = request(method, path);
        asked->headers.set("Authorization", authorization);
        auto const screening = screen(std::move(asked));
        return screening.refusal ? screening.refusal->status : 0;
    };

    EXPECT_EQ(status_of("Bearer nonsense", Method::post, "/api/notes"), 401);
    EXPECT_EQ(status_of("Bearer new-nonsense", Method::post, "/api/notes"), 401);
    EXPECT_EQ(status_of("Bearer auditor", Method::post, "/api/notes"), 403);
    EXPECT_EQ(count("denials"), 1);
    EXPECT_EQ(status_of("Bearer user", Method::post, "/api/nothing"), 404);
    EXPECT_EQ(status_of("Bearer user", Method::del, "/api/notes"), 405);
}

TEST_F(DispatcherTest, WhoIsLetInByTheHeadIsKnownOrNobodyInParticular) {
    auto const known = screen(request(Method::post, "/api/notes"));
    auto const anybody = screen(request(Method::post, "/api/kept"));

    EXPECT_FALSE(known.refusal);
    EXPECT_TRUE(known.is_known);
    EXPECT_FALSE(anybody.refusal);
    EXPECT_FALSE(anybody.is_known);
    EXPECT_EQ(count("notes"), 0);
}

TEST_F(DispatcherTest, AWriteThatWaitedAsksAgainWhetherItsCallerMay) {
    Dispatcher late{router,
                    *database,
                    cpu,
                    door,
                    clock,
                    ids,
                    CursorKey{Secret{"key"}},
                    log,
                    hooks(),
                    {.admission = std::chrono::milliseconds{-1}}};
    door.shut_out = true;

    std::promise<Response> answered;
    late.dispatch(request(Method::post, "/api/notes", R"({"text":"a"})"),
                  [&](Response response) { answered.set_value(std::move(response)); });

    EXPECT_EQ(answered.get_future().get().status, 401);
    EXPECT_EQ(count("notes"), 0);
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
