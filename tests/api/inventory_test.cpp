// What Ansible and Prometheus read.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "servers/server.hpp"
#include "support/app_fixture.hpp"
#include "support/insert_all.hpp"

namespace securestack::test {
namespace {

namespace json = boost::json;

class Inventory : public ApiTest {
  protected:
    void add(Persona const& persona, std::string const& body) {
        auto const answer = as(persona).post("/api/servers", body);
        ASSERT_EQ(answer.status, 201) << answer.body;
    }
    Server server_of(Persona const& owner, std::string name) {
        Server server;
        server.id = app()->ids().make(app().clock.now());
        server.name = std::move(name);
        server.owner = id_of(owner);
        return server;
    }
    static std::vector<std::string> texts(json::value const& list) {
        std::vector<std::string> found;
        for (auto const& each : list.as_array()) found.emplace_back(each.as_string());
        return found;
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Inventory, each_engine, engine_name);

TEST_P(Inventory, AnsibleGetsHostsWithTheirVariablesAndGroups) {
    add(bob, R"({"name": "db-1", "hostname": "db-1.example.com", "labels": {"team": "web & co"}})");
    add(bob, R"({"name": "db-2", "ip": "192.0.2.2", "environment": "staging", "status": "offline"})");

    auto const answer = as(bob).get("/api/inventory/ansible");

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.text("/_meta/hostvars/db-1/ansible_host"), "db-1.example.com");
    EXPECT_EQ(answer.text("/_meta/hostvars/db-1/securestack_labels/team"), "web & co");
    EXPECT_EQ(answer.text("/_meta/hostvars/db-2/ansible_host"), "192.0.2.2");
    EXPECT_THAT(texts(answer.at("/environment_production/hosts")), ::testing::ElementsAre("db-1"));
    EXPECT_THAT(texts(answer.at("/status_offline/hosts")), ::testing::ElementsAre("db-2"));
    EXPECT_THAT(texts(answer.at("/label_team_web___co/hosts")), ::testing::ElementsAre("db-1"));
    EXPECT_THAT(texts(answer.at("/all/children")), ::testing::Contains("status_offline"));
}

TEST_P(Inventory, ServersWithoutATeamAreFoundByNull) {
    add(bob, R"({"name": "db-1", "endpoints": [{"host": "db-1.example.com", "port": 443}]})");

    EXPECT_EQ(as(bob).get("/api/inventory/ansible?team=null").at("/_meta/hostvars").as_object().size(), 1U);
    EXPECT_EQ(as(bob).get("/api/inventory/prometheus?team=null").json().as_array().size(), 1U);
}

TEST_P(Inventory, EverybodyGetsTheirOwnAndSameNamesStayApart) {
    add(bob, R"({"name": "db-1"})");
    add(mallory, R"({"name": "db-1"})");

    EXPECT_EQ(as(bob).get("/api/inventory/ansible").at("/_meta/hostvars").as_object().size(), 1U);
    EXPECT_EQ(as(carol).get("/api/inventory/ansible").at("/_meta/hostvars").as_object().size(), 2U);
    EXPECT_EQ(anonymous().get("/api/inventory/ansible").status, 401);
}

TEST_P(Inventory, ANameThatImitatesAnotherHostsTakesNobodysPlace) {
    auto const victim =
        as(bob).post("/api/servers", R"({"name": "web", "hostname": "good.example.com"})").id();
    add(mallory, R"({"name": "web", "hostname": "x.example.com"})");
    add(mallory, R"({"name": "web-)" + victim + R"(", "hostname": "evil.example.com"})");

    auto const answer = as(carol).get("/api/inventory/ansible");

    EXPECT_EQ(answer.at("/_meta/hostvars").as_object().size(), 3U);
    EXPECT_EQ(answer.text("/_meta/hostvars/web-" + victim + "/ansible_host"), "good.example.com");
}

TEST_P(Inventory, ManyNamesThatMeetAreToldApartAtOnce) {
    std::string const met(14, '_');
    std::vector<Server> servers;
    for (unsigned i = 0; i < 10'000; ++i) {
        // Another name each, until what means something has become an underscore.
        auto meeting = server_of(mallory, "");
        for (unsigned bit = 0; bit < met.size(); ++bit) meeting.name += (i >> bit & 1U) == 1 ? '!' : '?';
        servers.push_back(meeting);
        servers.push_back(server_of(mallory, met + "-" + meeting.id.to_string()));
    }
    app().database().write_now([&](Tx& tx) { insert_all(tx, servers); });
    auto const begun = std::chrono::steady_clock::now();

    auto const answer = as(mallory).get("/api/inventory/ansible");

    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{20});
    EXPECT_EQ(answer.at("/_meta/hostvars").as_object().size(), 20'000U);
    auto const first = servers.front().id.to_string();
    EXPECT_EQ(answer.text("/_meta/hostvars/" + met + "-" + first + "/securestack_id"), first);
}

TEST_P(Inventory, MoreTextThanAnAnswerHoldsIsRefused) {
    std::vector<Server> servers;
    for (int i = 0; i < 2'200; ++i) {
        auto& server = servers.emplace_back(server_of(bob, "s" + std::to_string(i)));
        for (int label = 0; label < 64; ++label)
            server.labels["l" + std::to_string(label)] = std::string(255, 'x');
    }
    app().database().write_now([&](Tx& tx) { insert_all(tx, servers); });

    auto const answer = as(bob).get("/api/inventory/ansible");

    EXPECT_EQ(answer.status, 400);
    EXPECT_TRUE(answer.text("/detail").contains("32 MiB")) << answer.body;
    EXPECT_EQ(as(bob).get("/api/inventory/ansible?status=offline").status, 200);
}

TEST_P(Inventory, NothingThatAUserWroteIsATemplateForAnsible) {
    add(mallory,
        R"({"name": "{{ lookup('pipe', 'id') }}", "os": "{{ 1 }}", "labels": {"note": "{% x %}", "tier": "gold"}})");

    auto const answer = as(carol).get("/api/inventory/ansible");

    auto const hosts = answer.at("/_meta/hostvars").as_object();
    ASSERT_EQ(hosts.size(), 1U);
    auto const& variables = hosts.begin()->value();
    EXPECT_EQ(hosts.begin()->key(), "__ lookup__pipe__ _id__ __");
    EXPECT_EQ(variables.at_pointer("/securestack_os/__ansible_unsafe").as_string(), "{{ 1 }}");
    EXPECT_EQ(variables.at_pointer("/securestack_labels/note/__ansible_unsafe").as_string(), "{% x %}");
    EXPECT_EQ(variables.at_pointer("/securestack_labels/tier").as_string(), "gold");
    EXPECT_EQ(variables.at_pointer("/securestack_name/__ansible_unsafe").as_string(),
              "{{ lookup('pipe', 'id') }}");
}

TEST_P(Inventory, ANameThatMeansSomethingToAnsibleTakesNobodysPlace) {
    for (std::string const name : {"localhost", "127.0.0.1", "all", "ungrouped", "environment_production"})
        add(mallory, R"({"name": ")" + name + R"("})");

    auto const answer = as(carol).get("/api/inventory/ansible");

    auto const hosts = answer.at("/_meta/hostvars").as_object();
    EXPECT_EQ(hosts.size(), 5U);
    for (auto const& [host, variables] : hosts) {
        auto const id = variables.at("securestack_id").as_string();
        EXPECT_EQ(host, std::string{variables.at("securestack_name").as_string()} + "-" + std::string{id});
    }
}

TEST_P(Inventory, PrometheusGetsATargetForEachEndpoint) {
    add(bob, R"({"name": "db-1", "labels": {"app.io/tier": "gold"}, "endpoints": [
        {"host": "db-1.example.com", "port": 443}, {"host": "2001:db8::1", "port": 9100, "tls": false}]})");
    add(bob, R"({"name": "db-2"})");

    auto const answer = as(bob).get("/api/inventory/prometheus");

    ASSERT_EQ(answer.json().as_array().size(), 2U);
    EXPECT_THAT(texts(answer.at("/0/targets")), ::testing::ElementsAre("db-1.example.com:443"));
    EXPECT_THAT(texts(answer.at("/1/targets")), ::testing::ElementsAre("[2001:db8::1]:9100"));
    EXPECT_EQ(answer.text("/0/labels/__meta_securestack_name"), "db-1");
    EXPECT_EQ(answer.text("/0/labels/__meta_securestack_label_app_io_tier"), "gold");
    EXPECT_EQ(answer.text("/1/labels/__meta_securestack_tls"), "false");
}

TEST_P(Inventory, FiltersAreThoseOfTheList) {
    add(bob, R"({"name": "a", "environment": "staging"})");
    add(bob, R"({"name": "b", "environment": "test"})");
    add(bob, R"({"name": "c"})");
    auto const hosts = [&](std::string const& query) {
        return as(bob).get("/api/inventory/ansible" + query).at("/_meta/hostvars").as_object().size();
    };

    EXPECT_EQ(hosts("?environment=staging&environment=test"), 2U);
    EXPECT_EQ(hosts("?environment=staging&status=offline"), 0U);
    EXPECT_EQ(as(bob).get("/api/inventory/ansible?environment=moon").status, 400);
    EXPECT_EQ(as(bob).get("/api/inventory/ansible?nmae=x").status, 400);
}

}  // namespace
}  // namespace securestack::test
