// GET /api/events: what happens, told to those who may see it.
#include <thread>

#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"

namespace securestack::test {
namespace {

// A follower, read piece by piece as the transport does.
class Follower {
  public:
    Follower(TestApplication& app, Response response) : app_(app), response_(std::move(response)) {}

    // What has come since the last call. Looks are some time apart, so it asks until there is something or
    // `tries` are over.
    std::string read(int tries = 40) {
        std::string text;
        for (int i = 0; i < tries && text.empty(); ++i) {
            if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds{50});
            app_.database().read_now([&](Tx& tx) { (*response_.stream)(tx, text); });
        }
        return text;
    }
    int status() const { return response_.status; }

  private:
    TestApplication& app_;
    Response response_;
};

class Events : public IdentityTest {
  protected:
    Response ask(std::string const& token, std::string const& last = {}) {
        Request request;
        request.method = Method::get;
        request.target = request.path = "/api/events";
        request.headers.add("Authorization", "Bearer " + token);
        if (!last.empty()) request.headers.add("Last-Event-ID", last);
        request.client = Address::parse("192.0.2.7").value();
        request.id = "test-request";
        return app()->dispatch(std::move(request));
    }
    Follower follow(std::string const& token, std::string const& last = {}) {
        Follower follower{app(), ask(token, last)};
        EXPECT_EQ(follower.status(), 200);
        follower.read(1);  // the greeting
        return follower;
    }
    std::string token_of(Persona const& persona) {
        id_of(persona);
        return anonymous().post("/api/auth/login", credentials(persona)).text("/access");
    }
    static std::string last_id(std::string const& text) {
        auto const at = text.rfind("\nid: ") + 5;
        return text.substr(at, 36);
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Events, each_engine, engine_name);

TEST_P(Events, AChangeIsToldWithItsVersionAndMembers) {
    auto const server = as(bob).post("/api/servers", R"({"name": "a"})").id();
    auto follower = follow(token_of(bob));

    as(bob).patch("/api/servers/" + server, R"({"os": "Debian 12"})");
    auto const text = follower.read();

    EXPECT_TRUE(text.contains("event: server.update\n")) << text;
    EXPECT_TRUE(text.contains("\"id\":\"" + server + "\"")) << text;
    EXPECT_TRUE(text.contains(R"("etag":"\"2\"")")) << text;
    EXPECT_TRUE(text.contains(R"("changed":["os")")) << text;
    EXPECT_TRUE(text.ends_with("\n\n"));
}

TEST_P(Events, NobodyHearsOfWhatIsNotTheirs) {
    auto outsider = follow(token_of(mallory));
    auto auditor = follow(token_of(carol));

    auto const secret = as(bob).post("/api/servers", R"({"name": "secret"})").id();
    auto const own = as(mallory).post("/api/servers", R"({"name": "own"})").id();

    EXPECT_TRUE(auditor.read().contains(secret));
    auto const heard = outsider.read();
    EXPECT_TRUE(heard.contains(own)) << heard;
    EXPECT_FALSE(heard.contains(secret)) << heard;
}

TEST_P(Events, WhoComesAgainGetsWhatWasMissed) {
    auto const token = token_of(bob);
    auto follower = follow(token);
    as(bob).post("/api/servers", R"({"name": "a"})");
    auto const last = last_id(follower.read());
    as(bob).post("/api/servers", R"({"name": "b"})");
    follower.read();

    Follower again{app(), ask(token, last)};
    auto const text = again.read();

    EXPECT_TRUE(text.contains("event: server.create")) << text;
    EXPECT_FALSE(text.contains(last)) << text;
    EXPECT_FALSE(text.contains("resync")) << text;
}

TEST_P(Events, WhoMissedTooMuchIsToldToReadEverythingAnew) {
    Follower follower{app(), ask(token_of(bob), "01900000-0000-7000-8000-000000000000")};

    EXPECT_TRUE(follower.read().contains("event: resync\n"));
    EXPECT_EQ(ask(token_of(bob), "nonsense").status, 400);
}

TEST_P(Events, ADeletedObjectIsToldOf) {
    auto const incident = as(bob).post("/api/incidents", R"({"title": "x"})").id();
    auto const server = as(bob).post("/api/servers", R"({"name": "a"})").id();
    auto follower = follow(token_of(bob));

    as(bob).del("/api/servers/" + server);
    auto const text = follower.read();

    EXPECT_TRUE(text.contains("event: server.delete")) << text;
    EXPECT_EQ(as(alice).del("/api/incidents/" + incident).status, 204);
}

TEST_P(Events, WhoHeldWhatIsGoneIsToldOfIt) {
    auto const server = as(bob).post("/api/servers", R"({"name": "a"})").id();
    auto const task =
        as(bob).post("/api/backups", R"({"server": ")" + server + R"(", "name": "nightly"})").id();
    auto const incident = as(bob).post("/api/incidents", R"({"title": "x"})").id();
    auto owner = follow(token_of(bob));
    auto outsider = follow(token_of(mallory));

    as(alice).del("/api/backups/" + task);
    as(alice).del("/api/incidents/" + incident);
    as(mallory).post("/api/servers", R"({"name": "own"})");

    auto const text = owner.read();
    EXPECT_TRUE(text.contains("event: backup.delete")) << text;
    EXPECT_TRUE(text.contains("event: incident.delete")) << text;
    auto const heard = outsider.read();
    EXPECT_TRUE(heard.contains("event: server.create")) << heard;
    EXPECT_FALSE(heard.contains(".delete")) << heard;
}

TEST_P(Events, AUserHasAFewStreamsAndNoMore) {
    auto const token = token_of(bob);
    std::vector<Response> open;
    for (int i = 0; i < 8; ++i) open.push_back(ask(token));

    auto const refused = ask(token);
    EXPECT_EQ(refused.status, 429);
    EXPECT_TRUE(refused.headers.get("Retry-After").has_value());

    open.clear();
    EXPECT_EQ(ask(token).status, 200);
}

TEST_P(Events, WhoIsShutOutHearsNoMore) {
    auto const login = newcomer("erin");
    Follower follower{app(), ask(login.text("/access"))};
    follower.read(1);

    log_out(login.text("/refresh"));

    EXPECT_THROW(follower.read(1), StreamRefused);
}

TEST_P(Events, WhoseKeyWasRotatedHearsNoMoreOnceTheOldSecretIsOver) {
    auto const made = as(bob).post("/api/keys", R"({"name": "k", "scopes": ["servers:read"]})");
    auto const path = "/api/keys/" + made.id();
    auto first = follow(made.text("/key"));

    auto const second = as(bob).post(path + "/rotate", R"({"overlap_seconds": 3600})").text("/key");
    EXPECT_NO_THROW(first.read(1));
    app().clock.advance(std::chrono::hours{1});
    EXPECT_THROW(first.read(1), StreamRefused);

    auto follower = follow(second);
    as(bob).post(path + "/rotate", R"({"overlap_seconds": 0})");
    EXPECT_THROW(follower.read(1), StreamRefused);
}

TEST_P(Events, WhoseKeyIsForOtherAddressesHearsNoMore) {
    auto const made = as(bob).post("/api/keys", R"({"name": "k", "scopes": ["servers:read"]})");
    auto follower = follow(made.text("/key"));

    as(bob).patch("/api/keys/" + made.id(), R"({"addresses": ["192.0.2.0/24"]})");
    EXPECT_NO_THROW(follower.read(1)) << "its own is among them";

    as(bob).patch("/api/keys/" + made.id(), R"({"addresses": ["10.0.0.0/8"]})");
    EXPECT_THROW(follower.read(1), StreamRefused);
}

}  // namespace
}  // namespace securestack::test
