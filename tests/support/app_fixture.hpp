// The whole product but its listener, in the test's own process, on a fresh database of either engine:
//
//   TEST_P(ServersApi, OutsiderCannotSeeAServer) {
//       auto const server = as(bob).post("/api/servers", R"({"name": "db-1"})").id();
//       auto const answer = as(mallory).get("/api/servers/" + server);
//       EXPECT_EQ(answer.status, 404);
//   }
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "app/application.hpp"
#include "support/manual_clock.hpp"
#include "support/test_database.hpp"

namespace securestack::test {

struct Persona {
    std::string_view username;
    Role role;
};
inline constexpr Persona alice{"alice", Role::admin};
inline constexpr Persona bob{"bob", Role::user};
inline constexpr Persona carol{"carol", Role::auditor};
inline constexpr Persona mallory{"mallory", Role::user};  // owns nothing that matters

// Every persona's, and what a login sends.
inline constexpr std::string_view persona_password = "correct horse battery staple";
std::string credentials(Persona const& persona);

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Answer {
    int status = 0;
    Headers headers;
    std::string body;  // whole, also when it was streamed

    std::string header(std::string_view name) const;  // empty when there is none
    boost::json::value json() const;                  // throws when the body is not JSON
    // Members of the body, by their JSON pointer; `text` throws when it is no string.
    boost::json::value at(std::string_view pointer) const;
    std::string text(std::string_view pointer) const;
    std::string id() const { return text("/id"); }
};

class TestApplication;

// What one persona, or nobody, asks.
class Caller {
  public:
    Caller(TestApplication& app, HeaderList headers) : app_(&app), headers_(std::move(headers)) {}

    Caller with(std::string name, std::string value) const;  // one more header on each request

    Answer get(std::string const& target) const { return send(Method::get, target, {}); }
    Answer post(std::string const& target, std::string body = {}) const {
        return send(Method::post, target, std::move(body));
    }
    Answer put(std::string const& target, std::string body) const {
        return send(Method::put, target, std::move(body));
    }
    Answer patch(std::string const& target, std::string body) const {
        return send(Method::patch, target, std::move(body));
    }
    Answer del(std::string const& target) const { return send(Method::del, target, {}); }

    // A body goes as application/json unless a header says otherwise.
    Answer send(Method method, std::string const& target, std::string body) const;

  private:
    TestApplication* app_;
    HeaderList headers_;
};

class TestApplication {
  public:
    // With so many connections to its database, half of PostgreSQL's for writes: one is enough for who asks
    // one thing after the other, and each is a process of PostgreSQL that begins with nothing in its caches.
    TestApplication(Engine engine, std::size_t connections);

    // Logged in. The personas are made on first use.
    Caller as(Persona const& persona);
    Caller anonymous() { return {*this, {}}; }
    Id id_of(Persona const& persona);

    Answer dispatch(Request request);

    ManualClock clock;
    Application& operator*() { return *application_; }
    Application* operator->() { return application_.get(); }
    Database& database() { return application_->database(); }

  private:
    struct Login {
        std::string token;
        Time at{};
    };

    TestDatabase database_;
    std::filesystem::path directory_;
    std::unique_ptr<Log> log_ = make_null_log();
    std::unique_ptr<Application> application_;
    std::map<std::string_view, Id> users_;
    std::map<std::string_view, Login> logins_;

  public:
    ~TestApplication();
};

// The base of tests that talk to the API.
class ApiTest : public EachEngine {
  protected:
    ApiTest() = default;
    // What is asked at once wants more connections.
    explicit ApiTest(std::size_t connections) : connections_(connections) {}

    void SetUp() override;

    TestApplication& app() { return *app_; }
    Caller as(Persona const& persona) { return app_->as(persona); }
    Caller anonymous() { return app_->anonymous(); }
    Id id_of(Persona const& persona) { return app_->id_of(persona); }

    // The first column of the first row; fails the test when there is none.
    std::int64_t number(std::string_view sql);

  private:
    std::size_t connections_ = 2;
    std::unique_ptr<TestApplication> app_;
};

}  // namespace securestack::test
