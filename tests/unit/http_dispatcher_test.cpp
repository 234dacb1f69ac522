#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "core/log.hpp"
#include "http/dispatcher.hpp"
#include "http/router.hpp"
#include "resource/table.hpp"

namespace securestack {

namespace {

struct Note {
    Id id{};
    std::string text;
    std::int64_t version = 1;
};

}  // namespace

template <>
inline Schema const& schema_of<Note>() {
    static constexpr auto fields = fields_of<Note>(field<&Note::id>("id").read_only(),
                                                   field<&Note::text>("text").required().length(1, 20),
                                                   field<&Note::version>("version").internal());
    static constexpr Schema schema{.name = "Note", .table = "notes", .fields = fields};
    return schema;
}

namespace {

class FixedClock final : public Clock {
  public:
    Time now() const override { return from_micros(1'000'000); }
};

// "Bearer user" is a user, "Bearer auditor" an auditor; "Bearer new-…" must be looked up first.
class Door final : public Authenticator {
  public:
    static constexpr Id user{{7}};

    std::optional<Result<Principal>> authenticate(Request const& request, Time) override {
        auto const header = request.headers.get("Authorization");
        if (!header) return Result<Principal>{Principal{}};
        if (header->starts_with("Bearer new-")) return std::nullopt;
        return named(*header);
    }
    Result<Principal> resolve(Tx& tx, Request const& request, Time) override {
        tx.query("SELECT 1", {}, [](Row const&) {});
        return named("Bearer " + std::string{request.headers.get("Authorization")->substr(11)});
    }
    Result<void> confirm(Tx& tx, Principal const&, Time) override {
        tx.query("SELECT 1", {}, [](Row const&) {});
        if (shut_out) return Problem{ErrorCode::invalid_token, "The session is over."};
        return {};
    }

    std::atomic<bool> shut_out = false;

  private:
    static Result<Principal> named(std::string_view header) {
        Principal principal;
        principal.via = Via::access_token;
        principal.name = header.substr(7);
        principal.user = user;
        if (header == "Bearer user") return principal;
        principal.role = Role::auditor;
        if (header == "Bearer auditor") return principal;
        return Problem{ErrorCode::invalid_token, "The token is not valid."};
    }
};

// Keeps the events that were logged.
class Listener final : public Log {
  public:
    void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
        std::lock_guard const lock{mutex_};
        events_.emplace_back(event);
    }
    bool enabled(LogLevel) const override { return true; }
    void flush() override {}
    std::vector<std::string> events() {
        std::lock_guard const lock{mutex_};
        return events_;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> events_;
};

constexpr auto reading = Permission::servers_read;
constexpr auto writing = Permission::servers_write;

Result<Created<Note>> create_note(Tx& tx, Context const& context, Note const& draft) {
    Note note = draft;
    note.id = context.new_id();
    tx.execute("INSERT INTO notes (id, text, version) VALUES ($1, $2, 1)", {note.id, note.text});
    tx.audited = note.text != "unaudited";
    return Created<Note>{note, "/api/notes/" + note.id.to_string()};
}

Result<Entity<Note>> get_note(Tx& tx, Context const&, Id id) {
    auto note = Table<Note>{tx}.find(id);
    if (note) return Entity<Note>{*note};
    return Problem{ErrorCode::not_found, "There is no such object."};
}

Result<Entity<Note>> patch_note(Tx& tx, Context const& context, Id id, Patch<Note> const& patch) {
    auto note = Table<Note>{tx}.find(id);
    if (!note) return Problem{ErrorCode::not_found, "There is no such object."};
    if (auto current = context.check_if_match(note->version); !current) return current.error();
    auto changed = patch.apply(*note);
    if (!changed) return changed.error();
    if (auto saved = Table<Note>{tx}.update(*changed); !saved) return saved.error();
    tx.audited = true;
    return Entity<Note>{*changed};
}

Result<NoContent> refuse_after_writing(Tx& tx, Context const&) {
    tx.execute("DELETE FROM notes");
    return Problem{ErrorCode::conflict, "No."};
}

Result<Committed<NoContent>> refuse_and_keep(Tx& tx, Context const& context) {
    tx.execute("INSERT INTO notes (id, text, version) VALUES ($1, 'kept', 1)", {context.new_id()});
    return Committed<NoContent>{Refusal{{ErrorCode::invalid_credentials, "Wrong."}}};
}

Result<NoContent> fail(Tx&, Context const&) {
    throw std::runtime_error("secret internals");
}

struct Doubling {
    std::string text;
};

void add_routes(Router& router) {
    auto const all = [](Tx&, Context const&) -> Result<Sql> { return Sql{}; };
    router.list<Note>("/api/notes", allow(reading), all);
    router.post("/api/notes", allow(writing), create_note);
    router.get("/api/notes/{id}", allow(reading), get_note);
    router.patch("/api/notes/{id}", allow(writing), patch_note);
    router.post("/api/refusal", anyone(), refuse_after_writing);
    router.post("/api/kept", anyone(), refuse_and_keep);
    router.post("/api/failure", anyone(), fail);
    router.plain(Method::get, "/plain", anyone(),
                 [](Context const&) { return text_response(200, "text/plain", "plain"); });
    router.staged(
        Method::post, "/api/staged", anyone(),
        [](Tx&, Context const&, Note const& note) -> Result<Doubling> { return Doubling{note.text}; },
        [](Doubling& state) { state.text += state.text; },
        [](Tx& tx, Context const&, Doubling const& state) -> Result<Entity<Note>> {
            tx.audited = true;
            return Entity<Note>{Note{{}, state.text, 1}};
        });
}

class DispatcherTest : public ::testing::Test {
  protected:
    DispatcherTest() {
        add_routes(router);
        database->write_now([](Tx& tx) {
            tx.execute(
                "CREATE TABLE notes (id BLOB PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL)");
            tx.execute("CREATE TABLE denials (name TEXT NOT NULL, pattern TEXT NOT NULL)");
        });
    }

    DispatchHooks hooks() {
        DispatchHooks made;
        made.record_denial = [](Tx& tx, Context const& context, Router::Match const& match) {
            tx.execute("INSERT INTO denials VALUES ($1, $2)", {context.principal.name, match.route->pattern});
        };
        made.finished = [this](Exchange const& exchange) {
            reported = exchange.route != nullptr ? exchange.route->pattern : "none";
        };
        return made;
    }

    std::shared_ptr<Request> request(Method method, std::string path, std::string body = {}) {
        auto made = std::make_shared<Request>();
        made->method = method;
        made->path = std::move(path);
        made->body = std::move(body);
        made->id = "request-1";
        if (!made->body.empty()) made->headers.add("Content-Type", "application/json");
        made->headers.add("Authorization", "Bearer user");
        return made;
    }

    Response ask(std::shared_ptr<Request> asked) {
        std::promise<Response> answered;
        dispatcher.dispatch(std::move(asked),
                            [&](Response response) { answered.set_value(std::move(response)); });
        return answered.get_future().get();
    }
    Response ask(Method method, std::string path, std::string body = {}) {
        return ask(request(method, std::move(path), std::move(body)));
    }
    Response ask_as(std::string const& authorization, Method method, std::string path,
                    std::string body = {}) {
        auto asked = request(method, std::move(path), std::move(body));
        asked->headers.set("Authorization", authorization);
        return ask(asked);
    }

    std::int64_t count(std::string const& table) {
        return database->read_now([&](Tx& tx) {
            return *tx.first("SELECT count(*) FROM " + table, {},
                             [](Row const& row) { return row.integer(0); });
        });
    }
    std::string note(std::string const& text) {
        Response const created = ask(Method::post, "/api/notes", R"({"text":")" + text + "\"}");
        return std::string{created.headers.get("Location").value_or("")};
    }

    Listener log;
    std::unique_ptr<Database> database = open_database(Secret{"sqlite::memory:"}, {}, log);
    Router router;
    Pool cpu{"cpu", 1, 1};
    Door door;
    FixedClock clock;
    IdSource ids;
    std::string reported;
    Dispatcher dispatcher{router, *database, cpu, door, clock, ids, CursorKey{Secret{"key"}}, log, hooks()};
};

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

TEST_F(DispatcherTest, RollsBackAWriteThatIsRefused) {
    note("a");

    EXPECT_EQ(ask(Method::post, "/api/refusal").status, 409);
    EXPECT_EQ(count("notes"), 1);
}

// Runs every unit and commits none.
class LostCommits final : public Database {
  public:
    explicit LostCommits(Database& inner) : inner_(inner) {}

    void submit(UnitKind kind, Work work, Done done) override {
        inner_.submit(kind, std::move(work), [done = std::move(done)](std::exception_ptr) mutable {
            done(std::make_exception_ptr(DatabaseError{DatabaseError::Kind::full, "disk full"}));
        });
    }
    bool reachable() override { return true; }
    Engine engine() const override { return inner_.engine(); }
    DatabaseStats stats() const override { return {}; }
    void close() override {}

  private:
    Database& inner_;
};

TEST_F(DispatcherTest, DoesNotRefuseByWhatWasNeverCommitted) {
    LostCommits lost{*database};
    Dispatcher over_lost{router, lost, cpu, door, clock, ids, CursorKey{Secret{"key"}}, log, hooks()};
    std::promise<Response> answered;

    over_lost.dispatch(request(Method::post, "/api/refusal"),
                       [&](Response response) { answered.set_value(std::move(response)); });

    EXPECT_EQ(answered.get_future().get().status, 503);
}

TEST_F(DispatcherTest, CommitsARefusalThatMustLeaveTraces) {
    EXPECT_EQ(ask(Method::post, "/api/kept").status, 401);
    EXPECT_EQ(count("notes"), 1);
}

TEST_F(DispatcherTest, RollsBackAWriteWithoutAnAuditRecord) {
    Response const response = ask(Method::post, "/api/notes", R"({"text":"unaudited"})");

    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(count("notes"), 0);
    EXPECT_EQ(log.events(), std::vector<std::string>{"audit.missing"});
}

TEST_F(DispatcherTest, TellsNothingOfAnException) {
    Response const response = ask(Method::post, "/api/failure");

    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(log.events(), std::vector<std::string>{"http.exception"});
}

TEST_F(DispatcherTest, HandsTheStateFromStageToStage) {
    Response const response = ask(Method::post, "/api/staged", R"({"text":"ab"})");

    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.body.find(R"("text":"abab")"), std::string::npos) << response.body;
}

TEST_F(DispatcherTest, WhoeverIsShutOutBetweenTwoStagesDoesNoMore) {
    router.staged(
        Method::post, "/api/own", allow(writing),
        [](Tx&, Context const&, Note const& note) -> Result<Doubling> { return Doubling{note.text}; },
        [this](Doubling&) { door.shut_out = true; },
        [](Tx& tx, Context const& context, Doubling const& state) {
            return create_note(tx, context, Note{{}, state.text, 1});
        });

    Response const response = ask(Method::post, "/api/own", R"({"text":"ab"})");

    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(count("notes"), 0);
}

TEST_F(DispatcherTest, Answers503WhenTheCpuPoolIsFull) {
    std::promise<void> release;
    auto const released = release.get_future().share();
    std::promise<void> begun;
    Pool::Work busy = [&, released] {
        begun.set_value();
        released.wait();
    };
    Pool::Work waiting = [released] { released.wait(); };
    ASSERT_TRUE(cpu.try_post(busy));
    begun.get_future().wait();
    ASSERT_TRUE(cpu.try_post(waiting));

    Response const response = ask(Method::post, "/api/staged", R"({"text":"ab"})");

    release.set_value();
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers.get("Retry-After"), "1");
}

TEST_F(DispatcherTest, Answers503WhenTheDatabaseIsGone) {
    database->close();

    Response const response = ask(Method::get, "/api/notes");

    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(response.headers.get("Retry-After"));
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
}  // namespace securestack
