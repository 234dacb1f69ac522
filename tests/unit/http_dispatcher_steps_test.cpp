// Where the steps of a route run, and what is committed of them.
#include <future>
#include <string>
#include <vector>

#include "http_dispatcher_fixture.hpp"

namespace securestack::test {
namespace {

// Passes on to another database what a test does not look at.
class Passing : public Database {
  public:
    explicit Passing(Database& inner) : inner_(inner) {}

    void submit(UnitKind kind, Work work, Done done) override {
        inner_.submit(kind, std::move(work), std::move(done));
    }
    std::optional<Time> probe() override { return inner_.probe(); }
    Engine engine() const override { return inner_.engine(); }
    DatabaseStats stats() const override { return {}; }
    void close() override {}

  private:
    Database& inner_;
};

// Runs every unit and commits none.
class LostCommits final : public Passing {
  public:
    using Passing::Passing;

    void submit(UnitKind kind, Work work, Done done) override {
        Passing::submit(kind, std::move(work), [done = std::move(done)](std::exception_ptr) mutable {
            done(std::make_exception_ptr(DatabaseError{DatabaseError::Kind::full, "disk full"}));
        });
    }
};

// Notes what is asked.
class Asked final : public Passing {
  public:
    using Passing::Passing;

    void submit(UnitKind kind, Work work, Done done) override {
        kinds.push_back(kind);
        Passing::submit(kind, std::move(work), std::move(done));
    }

    std::vector<UnitKind> kinds;
};

TEST_F(DispatcherTest, LooksUpAPageAndReadsWhatMayTakeLonger) {
    Asked asked{*database};
    Dispatcher over_asked{router, asked, cpu, door, clock, ids, CursorKey{Secret{"key"}}, log, hooks()};
    auto const kind_of = [&](std::string query, std::string const& accept = "application/json") {
        auto list = request(Method::get, "/api/notes");
        list->raw_query = std::move(query);
        list->headers.add("Accept", accept);
        std::promise<Response> answered;
        over_asked.dispatch(list, [&](Response response) { answered.set_value(std::move(response)); });
        EXPECT_EQ(answered.get_future().get().status, 200);
        return asked.kinds.back();
    };

    EXPECT_EQ(kind_of(""), UnitKind::lookup);
    EXPECT_EQ(kind_of("limit=7"), UnitKind::lookup);
    EXPECT_EQ(kind_of("text=a"), UnitKind::read);
    EXPECT_EQ(kind_of("count=true"), UnitKind::read);
    EXPECT_EQ(kind_of("", "text/csv"), UnitKind::read);
}

TEST_F(DispatcherTest, RollsBackAWriteThatIsRefused) {
    note("a");

    EXPECT_EQ(ask(Method::post, "/api/refusal").status, 409);
    EXPECT_EQ(count("notes"), 1);
}

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

}  // namespace
}  // namespace securestack::test
