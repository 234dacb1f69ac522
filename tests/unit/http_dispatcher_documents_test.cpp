// From the bytes of a request to a handler, and back.
#include <string>

#include "http_dispatcher_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(DispatcherTest, RefusesABodyThatNothingWouldRead) {
    EXPECT_EQ(ask(Method::post, "/api/failure", R"({"really": false})").status, 400);
    EXPECT_EQ(ask(Method::get, "/api/notes", "x").status, 400);
    EXPECT_EQ(ask(Method::get, "/api/notes", "{}").status, 200);
}

TEST_F(DispatcherTest, RefusesAMalformedCondition) {
    auto asked = request(Method::get, note("a"));
    asked->headers.add("If-None-Match", "1");

    EXPECT_EQ(ask(asked).status, 400);
}

TEST_F(DispatcherTest, CreatesAndReads) {
    Response const created = ask(Method::post, "/api/notes", R"({"text":"hello"})");
    std::string const location{created.headers.get("Location").value()};

    Response const read = ask(Method::get, location);

    EXPECT_EQ(created.status, 201);
    EXPECT_EQ(created.headers.get("ETag"), "\"1\"");
    EXPECT_EQ(read.status, 200);
    EXPECT_EQ(read.body, created.body);
    EXPECT_EQ(read.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(read.headers.get("Cache-Control"), "no-store");
    EXPECT_EQ(read.headers.get("X-Request-Id"), "request-1");
}

TEST_F(DispatcherTest, AnswersHeadAsGet) {
    std::string const location = note("a");

    Response const response = ask(Method::head, location);

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.get("ETag"), "\"1\"");
}

TEST_F(DispatcherTest, Answers304ToAReaderWhoHasIt) {
    auto asked = request(Method::get, note("a"));
    asked->headers.add("If-None-Match", "\"1\"");

    Response const response = ask(asked);

    EXPECT_EQ(response.status, 304);
    EXPECT_TRUE(response.content().empty());
    EXPECT_EQ(response.headers.get("ETag"), "\"1\"");
}

TEST_F(DispatcherTest, PatchesOnlyTheVersionThatWasMeant) {
    std::string const location = note("a");
    auto patch = [&](std::string const& tag) {
        auto asked = request(Method::patch, location, R"({"text":"b"})");
        asked->headers.set("Content-Type", "application/merge-patch+json");
        asked->headers.add("If-Match", tag);
        return ask(asked);
    };

    EXPECT_EQ(patch("\"2\"").status, 412);
    Response const changed = patch("\"1\"");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.headers.get("ETag"), "\"2\"");
}

TEST_F(DispatcherTest, RefusesWhatItCannotBind) {
    EXPECT_EQ(ask(Method::get, "/api/notes/7").status, 404);
    EXPECT_EQ(ask(Method::post, "/api/notes").status, 400);
    EXPECT_EQ(ask(Method::post, "/api/notes", "{").status, 400);
    EXPECT_EQ(ask(Method::post, "/api/notes", "{}").status, 422);
    EXPECT_EQ(ask(Method::post, "/api/notes", R"({"text":"a","id":"x"})").status, 422);

    auto form = request(Method::post, "/api/notes", "text=a");
    form->headers.set("Content-Type", "application/x-www-form-urlencoded");
    EXPECT_EQ(ask(form).status, 415);

    auto page = request(Method::post, "/api/notes", R"({"text":"a"})");
    page->headers.add("Accept", "text/html");
    EXPECT_EQ(ask(page).status, 406);
}

TEST_F(DispatcherTest, RefusesAQueryParameterThatIsNotKnown) {
    auto asked = request(Method::get, note("a"));
    asked->raw_query = "colour=red";

    Response const response = ask(asked);

    EXPECT_EQ(response.status, 400);
    EXPECT_NE(response.body.find(R"("pointer":"colour")"), std::string::npos);
}

TEST_F(DispatcherTest, PagesAndExportsAList) {
    note("a");
    auto csv = request(Method::get, "/api/notes");
    csv->headers.add("Accept", "text/csv");

    Response const page = ask(Method::get, "/api/notes");
    Response const exported = ask(csv);

    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body.find(R"("text":"a")"), std::string::npos);
    ASSERT_TRUE(exported.stream);
    std::string rows;
    while (database->read_now([&](Tx& tx) { return (*exported.stream)(tx, rows); })) {
    }
    EXPECT_TRUE(rows.starts_with("id,text")) << rows;
}

TEST_F(DispatcherTest, AnExportEndsWithItsCallersSession) {
    note("a");
    auto csv = request(Method::get, "/api/notes");
    csv->headers.add("Accept", "text/csv");
    Response const exported = ask(csv);
    std::string rows;
    auto const piece = [&] { database->read_now([&](Tx& tx) { return (*exported.stream)(tx, rows); }); };

    EXPECT_NO_THROW(piece());
    door.shut_out = true;

    EXPECT_THROW(piece(), StreamRefused);
}

}  // namespace
}  // namespace securestack::test
