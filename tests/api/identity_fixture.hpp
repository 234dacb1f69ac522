// What the identity tests share: people who sign up, log in and refresh, on one or several replicas.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/app_fixture.hpp"

namespace securestack::test {

inline std::string const good_password = "violet otter hums at noon";

// {"a": "b", …}; the values must need no escaping.
inline std::string object(std::vector<std::pair<std::string, std::string>> const& members) {
    std::string text = "{";
    for (auto const& [name, value] : members) {
        text += (text.size() > 1 ? ", \"" : "\"") + name + "\": \"" + value + '"';
    }
    return text + "}";
}

inline std::string credentials(std::string const& username, std::string_view password = good_password) {
    return object({{"username", username}, {"password", std::string{password}}});
}

// The body of a problem without what differs between two requests.
inline std::string without_request_id(Answer const& answer) {
    auto const id = answer.text("/request_id");
    auto body = answer.body;
    body.replace(body.find(id), id.size(), "*");
    return body;
}

// One more program over the test's database, with its own caches.
class Replica {
  public:
    explicit Replica(TestApplication& first, Settings const& settings)
        : application_(settings, first.clock, *log_) {}
    explicit Replica(TestApplication& first) : Replica(first, first->settings()) {}

    Answer send(Method method, std::string const& target, std::string body = {},
                std::string const& token = {}, std::string const& address = "192.0.2.7") {
        Request request;
        request.method = method;
        request.target = request.path = target;
        request.headers.add("Host", "localhost:8000");
        if (!body.empty()) request.headers.add("Content-Type", "application/json");
        if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
        request.body = std::move(body);
        request.client = Address::parse(address).value();
        request.id = "test-request";
        auto response = application_.dispatch(std::move(request));
        return {response.status, response.headers, std::string{response.content()}};
    }
    Answer post(std::string const& target, std::string body, std::string const& address = "192.0.2.7") {
        return send(Method::post, target, std::move(body), {}, address);
    }

    Application& operator*() { return application_; }
    Application* operator->() { return &application_; }

  private:
    std::unique_ptr<Log> log_ = make_null_log();
    Application application_;
};

class IdentityTest : public ApiTest {
  protected:
    using ApiTest::ApiTest;

    Answer sign_up(std::string const& username) {
        return anonymous().post("/api/auth/register", credentials(username));
    }
    Answer log_in(std::string const& username, std::string_view password = good_password) {
        return anonymous().post("/api/auth/login", credentials(username, password));
    }
    Answer refresh(std::string const& token) {
        return anonymous().post("/api/auth/refresh", object({{"refresh", token}}));
    }
    Answer log_out(std::string const& token) {
        return anonymous().post("/api/auth/logout", object({{"refresh", token}}));
    }
    // Signed up and logged in: the answer to the login.
    Answer newcomer(std::string const& username) {
        sign_up(username);
        return log_in(username);
    }
    Caller bearer(std::string const& access) { return anonymous().with("Authorization", "Bearer " + access); }
    int status_of(std::string const& access) { return bearer(access).get("/api/auth/me").status; }

    std::string user_path(Persona const& persona) { return "/api/users/" + id_of(persona).to_string(); }
    std::int64_t records(std::string const& action, std::string const& outcome = "success") {
        return number("SELECT count(*) FROM audit_records WHERE action = '" + action + "' AND outcome = '" +
                      outcome + "'");
    }
};

}  // namespace securestack::test
