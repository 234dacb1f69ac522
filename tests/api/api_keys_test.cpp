// API keys: what they open, what they never do, and when they end.
#include <gtest/gtest.h>

#include "identity/api_key.hpp"
#include "identity/key_text.hpp"
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

class ApiKeys : public IdentityTest {
  protected:
    Answer make(Caller const& by, std::string const& scopes, std::string const& more = "") {
        return by.post("/api/keys", R"({"name": "ci", "scopes": [)" + scopes + "]" + more + "}");
    }
    std::string key_of(Persona const& persona, std::string const& scopes, std::string const& more = "") {
        auto const made = make(as(persona), scopes, more);
        EXPECT_EQ(made.status, 201) << made.body;
        id_ = made.status == 201 ? made.id() : "";
        return made.status == 201 ? made.text("/key") : "";
    }
    Caller with(std::string const& key) { return anonymous().with("X-API-Key", key); }
    int status(std::string const& key) { return with(key).get("/api/servers").status; }
    std::string path() const { return "/api/keys/" + id_; }
    std::string at(std::chrono::seconds later) { return format_time(app().clock.now() + later); }

    std::string id_;
};
INSTANTIATE_TEST_SUITE_P(Engines, ApiKeys, each_engine, engine_name);

TEST_P(ApiKeys, AKeyOpensWhatItsScopesName) {
    auto const key = key_of(bob, R"("servers:read")");

    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(bearer(key).get("/api/servers").status, 200);
    EXPECT_EQ(with(key).post("/api/servers", R"({"name": "x"})").status, 403);
    EXPECT_EQ(with(key).get("/api/keys").status, 403);
    EXPECT_EQ(with(key).get("/api/auth/me").status, 403);
    EXPECT_EQ(with(key).get("/api/auth/sessions").status, 403);
}

TEST_P(ApiKeys, AKeyIsShownOnceAndKeptAsADigest) {
    auto const key = key_of(bob, R"("servers:read")");

    EXPECT_EQ(key.size(), 91U);
    EXPECT_TRUE(key.starts_with("sst_" + id_ + "_"));
    EXPECT_EQ(as(bob).get(path()).body.find(key.substr(41)), std::string::npos);
    EXPECT_EQ(as(bob).get("/api/keys").body.find("digest"), std::string::npos);
    EXPECT_EQ(number("SELECT count(*) FROM api_keys WHERE digest LIKE '%" + key.substr(41, 43) + "%'"), 0);
    EXPECT_EQ(as(alice).get("/api/audit").body.find(key.substr(41, 43)), std::string::npos);
    EXPECT_EQ(records("api_key.create"), 1);
}

TEST_P(ApiKeys, TwoCredentialsAre400AndABadOneIs401) {
    auto const key = key_of(bob, R"("servers:read")");

    EXPECT_EQ(as(bob).with("X-API-Key", key).get("/api/servers").status, 400);
    auto mistyped = key;
    mistyped[50] = mistyped[50] == 'a' ? 'b' : 'a';
    EXPECT_EQ(status(mistyped), 401);
    EXPECT_EQ(status(make_key_text(*Id::parse(id_)).reveal()), 401);
    EXPECT_EQ(status(make_key_text(app()->ids().make(app().clock.now())).reveal()), 401);
    EXPECT_EQ(status("sst_"), 401);
    EXPECT_EQ(status(key), 200);
}

TEST_P(ApiKeys, AKeyIsNeverWiderThanItsOwner) {
    EXPECT_EQ(make(as(bob), R"("users:read")").text("/errors/0/pointer"), "/scopes/0");
    EXPECT_EQ(make(as(carol), R"("servers:write")").status, 422);
    EXPECT_EQ(make(as(bob), R"("account")").status, 422);
    EXPECT_EQ(make(as(bob), R"("servers_read")").status, 422);
    EXPECT_EQ(make(as(bob), "").status, 422);

    auto const key = key_of(bob, R"("servers:read", "servers:write")");
    as(alice).patch(user_path(bob), R"({"role": "auditor"})");
    app().clock.advance(seconds{1});
    EXPECT_EQ(status(key), 200);
    EXPECT_EQ(with(key).post("/api/servers", R"({"name": "x"})").status, 403);
}

TEST_P(ApiKeys, AKeyMakesNoWiderKey) {
    auto const end = at(days{10});
    auto const maker = key_of(bob, R"("keys:write", "keys:read", "servers:read")",
                              R"(, "addresses": ["127.0.0.0/8"], "expires_at": ")" + end + "\"");
    auto const other = key_of(bob, R"("servers:write", "servers:read")");
    auto const others = path();

    EXPECT_EQ(make(with(maker), R"("servers:write")").status, 422);
    EXPECT_EQ(make(with(maker), R"("servers:read")", R"(, "addresses": ["0.0.0.0/0"])").status, 422);
    EXPECT_EQ(make(with(maker), R"("servers:read")", R"(, "expires_at": ")" + at(days{11}) + "\"").status,
              422);
    EXPECT_EQ(with(maker).post(others + "/rotate").status, 403);
    EXPECT_EQ(with(maker).patch(others, R"({"scopes": ["servers:read"]})").status, 403);

    auto const made = make(with(maker), R"("servers:read")", R"(, "addresses": ["127.0.0.1"])");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("/expires_at"), end);
    auto const child = made.text("/key");
    EXPECT_EQ(status(child), 200);
    auto const maker_id = as(bob).get("/api/keys/" + made.id()).text("/made_with");
    EXPECT_EQ(as(bob).del("/api/keys/" + maker_id).status, 204);
    EXPECT_EQ(status(maker), 401);
    EXPECT_EQ(status(child), 401);
    EXPECT_EQ(status(other), 200);
}

TEST_P(ApiKeys, AKeyChangesOnlyItselfAndWhatItMade) {
    key_of(bob, R"("servers:read")", R"(, "expires_at": ")" + at(days{1}) + "\"");
    auto const others = path();
    auto const maker = key_of(bob, R"("keys:write", "keys:read", "servers:read")");
    auto const itself = path();

    EXPECT_EQ(with(maker).patch(others, R"({"expires_at": ")" + at(days{30}) + "\"}").status, 403);
    EXPECT_EQ(with(maker).put(others, R"({"name": "x", "scopes": ["servers:read"]})").status, 403);
    EXPECT_EQ(with(maker).post(others + "/rotate").status, 403);
    EXPECT_EQ(as(bob).get(others).text("/expires_at"), at(days{1}));

    auto const child = "/api/keys/" + make(with(maker), R"("servers:read")").id();
    EXPECT_EQ(with(maker).patch(child, R"({"name": "y"})").status, 200);
    EXPECT_EQ(with(maker).post(child + "/rotate").status, 200);
    EXPECT_EQ(with(maker).patch(itself, R"({"name": "z"})").status, 200);
    EXPECT_EQ(as(bob).patch(child, R"({"scopes": ["servers:read", "servers:write"]})").status, 200);
    EXPECT_EQ(with(maker).post(child + "/rotate").status, 403) << "it may more than its maker by now";
}

TEST_P(ApiKeys, AKeyDeletesOnlyItselfAndWhatItMade) {
    key_of(bob, R"("servers:read")");
    auto const others = path();
    auto const maker = key_of(bob, R"("keys:write", "servers:read")");
    auto const child = "/api/keys/" + make(with(maker), R"("servers:read")").id();
    auto const of_admin = key_of(alice, R"("keys:write", "servers:read")");

    EXPECT_EQ(with(maker).del(others).status, 403);
    EXPECT_EQ(with(of_admin).del(others).status, 403);
    EXPECT_EQ(with(of_admin).del(child).status, 403);

    EXPECT_EQ(as(bob).get(others).status, 200);
    EXPECT_EQ(as(bob).patch(child, R"({"scopes": ["servers:read", "servers:write"]})").status, 200);
    EXPECT_EQ(with(maker).del(child).status, 204) << "also when it may more than its maker by now";
    EXPECT_EQ(with(of_admin).del(path()).status, 204);
    EXPECT_EQ(status(of_admin), 401);
    EXPECT_EQ(as(bob).del(others).status, 204);
}

TEST_P(ApiKeys, WhatAKeyMadeBecomesAsNarrowAsItBecomes) {
    auto const maker = key_of(bob, R"("keys:write", "servers:read", "servers:write")");
    auto const child = make(with(maker), R"("keys:write", "servers:read", "servers:write")",
                            R"(, "addresses": ["127.0.0.0/8", "192.0.2.7"])");
    auto const grandchild = make(with(child.text("/key")), R"("servers:write", "servers:read")");
    auto const of_little_use = make(with(child.text("/key")), R"("servers:write")");
    auto const elsewhere = make(with(maker), R"("servers:read")", R"(, "addresses": ["192.0.2.7"])");
    auto const untouched = make(with(maker), R"("servers:read")",
                                R"(, "addresses": ["127.0.0.1"], "expires_at": ")" + at(days{1}) + "\"");
    auto const shown = [&](Answer const& key) { return as(bob).get("/api/keys/" + key.id()); };
    auto const end = at(days{3});

    EXPECT_EQ(
        as(bob)
            .patch(path(), R"({"scopes": ["servers:read"], "addresses": ["127.0.0.0/16"], "expires_at": ")" +
                               end + "\"}")
            .status,
        200);

    for (auto const& key : {child, grandchild}) {
        EXPECT_EQ(shown(key).at("/scopes"), boost::json::array{"servers:read"});
        EXPECT_EQ(shown(key).at("/addresses"), boost::json::array{"127.0.0.0/16"});
        EXPECT_EQ(shown(key).text("/expires_at"), end);
        EXPECT_EQ(status(key.text("/key")), 200);
    }
    EXPECT_EQ(shown(of_little_use).status, 404) << "nothing is left of it";
    EXPECT_EQ(shown(elsewhere).status, 404) << "nor of it";
    EXPECT_EQ(shown(untouched).text("/expires_at"), at(days{1}));
    EXPECT_EQ(records("api_key.update"), 3);
    EXPECT_EQ(records("api_key.delete"), 2);
}

TEST_P(ApiKeys, WhatGoesWithAKeyIsRecorded) {
    auto const maker = key_of(bob, R"("keys:write", "servers:read")");
    auto const child = make(with(maker), R"("keys:write", "servers:read")").text("/key");
    make(with(child), R"("servers:read")");

    EXPECT_EQ(as(bob).del(path()).status, 204);

    EXPECT_EQ(records("api_key.delete"), 3);
    EXPECT_EQ(number("SELECT count(*) FROM api_keys"), 0);
}

TEST_P(ApiKeys, AKeyWithoutAnEndGetsOneWhenItsOwnerIsNoAdministratorAnyMore) {
    as(alice).patch(user_path(bob), R"({"role": "admin"})");
    auto const key = key_of(bob, R"("servers:read", "keys:write")", R"(, "expires_at": null)");
    auto const child = "/api/keys/" + make(with(key), R"("servers:read")", R"(, "expires_at": null)").id();
    auto const soon =
        "/api/keys/" + make(as(bob), R"("servers:read")", R"(, "expires_at": ")" + at(days{5}) + "\"").id();
    app().clock.advance(days{2});

    EXPECT_EQ(as(alice).patch(user_path(bob), R"({"role": "user"})").status, 200);

    EXPECT_EQ(as(bob).get(path()).text("/expires_at"), at(days{90}));
    EXPECT_EQ(as(bob).get(child).text("/expires_at"), at(days{90}));
    EXPECT_EQ(as(bob).get(soon).text("/expires_at"), at(days{3}));
    EXPECT_EQ(records("api_key.update"), 2);
    EXPECT_EQ(status(key), 200);
    app().clock.advance(days{90});
    EXPECT_EQ(status(key), 401);
}

TEST_P(ApiKeys, AKeyExpiresIn90DaysUnlessSaidOtherwise) {
    auto const key = key_of(bob, R"("servers:read")");
    EXPECT_EQ(as(bob).get(path()).text("/expires_at"), at(days{90}));
    app().clock.advance(days{90} - seconds{1});
    EXPECT_EQ(status(key), 200);
    app().clock.advance(seconds{1});
    EXPECT_EQ(status(key), 401);

    EXPECT_EQ(make(as(bob), R"("servers:read")", R"(, "expires_at": ")" + at(days{366}) + "\"").status, 422);
    EXPECT_EQ(make(as(bob), R"("servers:read")", R"(, "expires_at": ")" + at(-seconds{1}) + "\"").status,
              422);
    EXPECT_EQ(make(as(bob), R"("servers:read")", R"(, "expires_at": null)").status, 422);
    for (auto const* long_ago :
         {"1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59"}) {
        auto const end = R"("expires_at": ")" + std::string{long_ago} + '"';
        EXPECT_EQ(make(as(bob), R"("servers:read")", ", " + end).status, 422) << long_ago;
        EXPECT_EQ(as(bob).patch(path(), "{" + end + "}").status, 422) << long_ago;
    }
    EXPECT_EQ(make(as(alice), R"("servers:read")", R"(, "expires_at": null)").status, 201);
}

TEST_P(ApiKeys, AKeyIsUsedFromItsAddressesOnly) {
    auto const here = key_of(bob, R"("servers:read")", R"(, "addresses": ["127.0.0.1", "2001:db8::/32"])");
    auto const elsewhere = key_of(bob, R"("servers:read")", R"(, "addresses": ["192.0.2.0/24"])");

    EXPECT_EQ(status(here), 200);
    EXPECT_EQ(status(elsewhere), 401);
    EXPECT_EQ(
        make(as(bob), R"("servers:read")", R"(, "addresses": ["192.0.2.0/33"])").text("/errors/0/pointer"),
        "/addresses/0");
}

TEST_P(ApiKeys, ARotatedKeyAndItsSuccessorOverlap) {
    auto const first = key_of(bob, R"("servers:read")");
    auto const rotated = as(bob).post(path() + "/rotate");
    ASSERT_EQ(rotated.status, 200) << rotated.body;
    auto const second = rotated.text("/key");

    EXPECT_NE(first, second);
    EXPECT_EQ(status(first), 200);
    EXPECT_EQ(status(second), 200);
    app().clock.advance(hours{24});
    EXPECT_EQ(status(first), 401);
    EXPECT_EQ(status(second), 200);

    auto const third = as(bob).post(path() + "/rotate", R"({"overlap_seconds": 0})").text("/key");
    EXPECT_EQ(status(second), 401);
    EXPECT_EQ(status(third), 200);
    EXPECT_EQ(records("api_key.rotate"), 2);
}

TEST_P(ApiKeys, AKeyThatRotatesItselfDoesNotLiveLonger) {
    auto const key = key_of(bob, R"("keys:write", "servers:read")");
    auto const end = as(bob).get(path()).text("/expires_at");
    app().clock.advance(days{1});

    EXPECT_EQ(with(key).post(path() + "/rotate").text("/expires_at"), end);
    EXPECT_EQ(as(bob).post(path() + "/rotate").text("/expires_at"), at(days{90}));
}

TEST_P(ApiKeys, ARevokedKeyIsDeadOnEveryReplicaWithinASecond) {
    Replica other{app()};
    auto const key = key_of(bob, R"("servers:read")");
    auto const there = [&] { return other.send(Method::get, "/api/servers", {}, key).status; };
    EXPECT_EQ(there(), 200);

    EXPECT_EQ(as(bob).del(path()).status, 204);

    EXPECT_EQ(status(key), 401);
    app().clock.advance(seconds{1});
    EXPECT_EQ(there(), 401);
}

TEST_P(ApiKeys, ADisabledOwnersKeysAreDead) {
    auto const key = key_of(bob, R"("servers:read")");

    as(alice).patch(user_path(bob), R"({"disabled": true})");

    EXPECT_EQ(status(key), 401);
}

TEST_P(ApiKeys, TheLastUseIsWrittenByHousekeeping) {
    auto const key = key_of(bob, R"("servers:read")");
    for (int i = 0; i < 5; ++i) status(key);
    EXPECT_TRUE(as(bob).get(path()).at("/last_used_at").is_null());

    app()->identity().write_key_uses();

    EXPECT_EQ(as(bob).get(path()).text("/last_used_at"), at(seconds{0}));
    EXPECT_EQ(as(bob).get(path()).text("/last_used_ip"), "127.0.0.1");
}

TEST_P(ApiKeys, OthersSeeNoKeyAndAdministratorsRevokeIt) {
    auto const key = key_of(bob, R"("servers:read")");

    EXPECT_EQ(as(mallory).get(path()).status, 404);
    EXPECT_EQ(as(mallory).del(path()).status, 404);
    EXPECT_EQ(as(mallory).post(path() + "/rotate").status, 404);
    EXPECT_EQ(as(mallory).get("/api/keys").at("/results").as_array().size(), 0U);
    EXPECT_EQ(as(carol).get(path()).status, 200);
    EXPECT_EQ(as(carol).del(path()).status, 403);
    EXPECT_EQ(as(alice).post(path() + "/rotate").status, 403);
    EXPECT_EQ(as(alice).patch(path(), R"({"name": "mine"})").status, 403);
    EXPECT_EQ(as(alice).del(path()).status, 204);
    EXPECT_EQ(status(key), 401);
}

TEST_P(ApiKeys, AChangedKeyMayAtOnceWhatItSays) {
    auto const key = key_of(bob, R"("servers:read")");
    EXPECT_EQ(status(key), 200);

    auto const changed = as(bob).patch(path(), R"({"scopes": ["incidents:read"]})");

    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(status(key), 403);
    EXPECT_EQ(as(bob).put(path(), R"({"name": "ci", "scopes": ["servers:read"]})").status, 200);
    EXPECT_EQ(status(key), 200);
}

TEST_P(ApiKeys, WhatAKeyDidIsRecordedAsDoneWithAKey) {
    auto const key = key_of(bob, R"("servers:write")");
    EXPECT_EQ(with(key).post("/api/servers", R"({"name": "x"})").status, 201);

    EXPECT_EQ(as(alice).get("/api/audit?action=server.create").text("/results/0/actor/via"), "api_key");
    EXPECT_EQ(as(alice).get("/api/audit?action=server.create").text("/results/0/actor/name"), "bob");
}

TEST_P(ApiKeys, TheAuditLogNamesTheKeyThatActedAndIsFilteredByIt) {
    auto const key = key_of(bob, R"("servers:write")");
    EXPECT_EQ(with(key).post("/api/servers", R"({"name": "by-key"})").status, 201);
    EXPECT_EQ(as(bob).post("/api/servers", R"({"name": "by-session"})").status, 201);

    auto const both = as(alice).get("/api/audit?action=server.create&sort=at");
    auto const filtered = as(bob).get("/api/audit?api_key=" + id_);

    ASSERT_EQ(both.at("/results").as_array().size(), 2U) << both.body;
    EXPECT_EQ(both.text("/results/0/actor/api_key/id"), id_);
    EXPECT_EQ(both.text("/results/0/actor/api_key/name"), "ci");
    EXPECT_TRUE(both.at("/results/1/actor/api_key").is_null());
    ASSERT_EQ(filtered.at("/results").as_array().size(), 1U) << filtered.body;
    EXPECT_EQ(filtered.text("/results/0/object/name"), "by-key");
    EXPECT_TRUE(as(mallory).get("/api/audit?api_key=" + id_).at("/results").as_array().empty());
}

TEST_P(ApiKeys, WhatAKeyIsRefusedIsRecordedUnderItsName) {
    auto const key = key_of(bob, R"("servers:read")");
    EXPECT_EQ(with(key).post("/api/servers", R"({"name": "x"})").status, 403);

    EXPECT_EQ(as(alice).get("/api/audit?outcome=denied").text("/results/0/actor/api_key/id"), id_);
}

class OwnSessions : public IdentityTest {};
INSTANTIATE_TEST_SUITE_P(Engines, OwnSessions, each_engine, engine_name);

TEST_P(OwnSessions, AUserSeesItsSessionsAndEndsThem) {
    sign_up("erin@example.com");
    auto const first = log_in("erin@example.com").text("/access");
    auto const second = log_in("erin@example.com").text("/access");
    auto const list = bearer(second).get("/api/auth/sessions");
    ASSERT_EQ(list.at("/results").as_array().size(), 2U) << list.body;
    auto const older = "/api/auth/sessions/" + list.text("/results/1/id");
    EXPECT_EQ(list.at("/results/0/current"), true);
    EXPECT_EQ(list.at("/results/1/current"), false);
    EXPECT_EQ(bearer(first).get("/api/auth/sessions").at("/results/1/current"), true);

    EXPECT_EQ(as(mallory).del(older).status, 404);
    EXPECT_EQ(as(alice).del(older).status, 404);
    EXPECT_EQ(bearer(second).del(older).status, 204);

    EXPECT_EQ(status_of(first), 401);
    EXPECT_EQ(status_of(second), 200);
    EXPECT_EQ(bearer(second).get("/api/auth/sessions").at("/results").as_array().size(), 1U);
    EXPECT_EQ(bearer(second).del(older).status, 404);
    EXPECT_EQ(records("session.end"), 1);
}

}  // namespace
}  // namespace securestack::test
