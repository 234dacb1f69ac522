// What the tests of incidents share: servers, teams, and incidents that people or the program report.
#pragma once

#include <string>
#include <vector>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "incidents/incidents.hpp"
#include "support/app_fixture.hpp"

namespace securestack::test {

inline constexpr Persona erin{"erin", Role::user};
inline constexpr Persona dave{"dave", Role::admin};
inline constexpr Persona frank{"frank", Role::user};

using Texts = std::vector<std::string>;

class IncidentTest : public ApiTest {
  protected:
    using ApiTest::ApiTest;

    std::string new_server(Persona const& owner, std::string const& name, std::string const& more = "") {
        return as(owner).post("/api/servers", R"({"name": ")" + name + '"' + more + "}").id();
    }
    std::string new_incident(Persona const& reporter, std::string const& title = "db-1 does not answer",
                             std::string const& more = "") {
        auto const answer = as(reporter).post("/api/incidents", R"({"title": ")" + title + '"' + more + "}");
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer.id();
    }
    static std::string path(std::string const& incident, std::string const& rest = "") {
        return "/api/incidents/" + incident + rest;
    }
    static std::string ids(Texts const& all) {
        std::string list = "[";
        for (auto const& id : all) list += (list.size() > 1 ? ", \"" : "\"") + id + '"';
        return list + "]";
    }
    std::string user(Persona const& persona) { return id_of(persona).to_string(); }

    // A team that alice makes, with these members.
    std::string new_team(std::string const& name,
                         std::vector<std::pair<Persona, std::string>> const& members) {
        auto const team = as(alice).post("/api/teams", R"({"name": ")" + name + "\"}").id();
        for (auto const& [persona, role] : members) {
            id_of(persona);
            auto const added = as(alice).post(
                "/api/teams/" + team + "/members",
                R"({"username": ")" + std::string{persona.username} + R"(", "role": ")" + role + "\"}");
            EXPECT_EQ(added.status, 201) << added.body;
        }
        app().clock.advance(std::chrono::seconds{2});
        return team;
    }

    Actor program() {
        Principal principal;
        principal.name = "securestack";
        principal.via = Via::system;
        return Actor{std::move(principal), app().clock.now(), app()->ids()};
    }
    IncidentReport report_of(std::string key, std::vector<std::string> const& servers = {}) {
        IncidentReport report;
        report.dedup_key = std::move(key);
        report.title = "Backup nightly is overdue";
        report.source = IncidentSource::backup;
        for (auto const& id : servers) report.servers.push_back(Id::parse(id).value());
        return report;
    }
    Reported report(IncidentReport const& what) {
        return app().database().write_now([&](Tx& tx) { return report_incident(tx, program(), what); });
    }
    std::optional<Id> settle(IncidentReport const& what,
                             std::string const& resolution = "A backup succeeded.") {
        return app().database().write_now(
            [&](Tx& tx) { return settle_incident(tx, program(), what.dedup_key, what.servers, resolution); });
    }

    static Texts column(Answer const& page, std::string_view member) {
        Texts texts;
        auto const results = page.at("/results");
        for (auto const& row : results.as_array()) {
            auto const& value = row.at(member);
            texts.emplace_back(value.is_string() ? std::string{value.as_string()}
                                                 : boost::json::serialize(value));
        }
        return texts;
    }
    Texts kinds(Persona const& reader, std::string const& incident) {
        return column(as(reader).get(path(incident, "/timeline")), "kind");
    }
    std::int64_t records(std::string const& action, std::string const& outcome = "success") {
        return number("SELECT count(*) FROM audit_records WHERE action = '" + action + "' AND outcome = '" +
                      outcome + "'");
    }
};

}  // namespace securestack::test
