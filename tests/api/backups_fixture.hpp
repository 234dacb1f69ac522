// What the tests of backups share: a server of bob's, tasks of it, and pings.
#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backups/backups.hpp"
#include "support/app_fixture.hpp"

namespace securestack::test {

using namespace std::chrono_literals;

inline constexpr auto no_such_id = "01900000-0000-7000-8000-000000000000";

class BackupsTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        if (!IsSkipped()) server = new_server("db-1");
    }

    std::string new_server(std::string const& name) {
        return as(bob).post("/api/servers", R"({"name": ")" + name + "\"}").id();
    }
    // With `members` such as R"("grace_seconds": 60)".
    Answer make_task(std::string const& name, std::string const& members = {}) {
        auto body = R"({"server": ")" + server + R"(", "name": ")" + name + '"';
        if (!members.empty()) body += ", " + members;
        return as(bob).post("/api/backups", body + "}");
    }
    // Its id.
    std::string new_task(std::string const& name, std::string const& members = {}) {
        auto const made = make_task(name, members);
        EXPECT_EQ(made.status, 201) << made.body;
        return made.id();
    }
    static std::string path(std::string const& task) { return "/api/backups/" + task; }
    Answer task(std::string const& id) { return as(bob).get(path(id)); }
    std::string state(std::string const& id) { return task(id).text("/state"); }

    // The path of its ping URL.
    std::string ping_path(std::string const& id) {
        auto const url = task(id).text("/ping_url");
        return url.substr(url.find("/ping/"));
    }
    Answer ping(std::string const& id, std::string const& action = {}) {
        return anonymous().get(ping_path(id) + action);
    }
    Answer report(std::string const& id, std::string const& body) {
        return as(bob).post(path(id) + "/runs", body);
    }
    boost::json::array runs(std::string const& id) {
        return as(bob).get(path(id) + "/runs").at("/results").as_array();
    }

    // Time passes while the program looks now and then, as it does when it runs.
    std::int64_t pass(std::chrono::seconds time) {
        std::int64_t slots = 0;
        for (auto left = time; left > 0s; left -= 100s) {
            app().clock.advance(std::min<std::chrono::seconds>(left, 100s));
            slots += app()->backups().judge().slots;
        }
        return slots;
    }

    // The same for a long time, in which the program was down.
    std::int64_t jump(std::chrono::seconds time) {
        app().clock.advance(time);
        return app()->backups().judge().slots + pass(11min);
    }

    std::int64_t records(std::string const& action) {
        return number("SELECT count(*) FROM audit_records WHERE outcome = 'success' AND action = '" + action +
                      "'");
    }
    // Incidents of this status.
    std::int64_t incidents(std::string const& status) {
        return number("SELECT count(*) FROM incidents WHERE status = '" + status + "'");
    }

    std::string server;
};

}  // namespace securestack::test
