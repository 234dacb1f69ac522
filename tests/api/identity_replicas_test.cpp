// What is changed on one replica is seen on the others within a second, and at once where it was changed.
#include <set>

#include <boost/json/parse.hpp>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class OtherReplica : public IdentityTest {
  protected:
    void SetUp() override {
        IdentityTest::SetUp();
        if (IsSkipped()) return;
        replica = std::make_unique<Replica>(app());
        tokens = newcomer("dave");
        // Both have it in their memory.
        ASSERT_EQ(here(), 200);
        ASSERT_EQ(there(), 200);
    }
    int here() { return status_of(tokens.text("/access")); }
    int there() { return replica->send(Method::get, "/api/auth/me", {}, tokens.text("/access")).status; }
    std::string dave() { return "/api/users/" + bearer(tokens.text("/access")).get("/api/auth/me").id(); }

    std::unique_ptr<Replica> replica;
    Answer tokens;
};
INSTANTIATE_TEST_SUITE_P(Engines, OtherReplica, each_engine, engine_name);

TEST_P(OtherReplica, SeesALogout) {
    log_out(tokens.text("/refresh"));

    EXPECT_EQ(here(), 401);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(there(), 401);
}

TEST_P(OtherReplica, SeesADisabledUser) {
    auto const path = dave();
    EXPECT_EQ(as(alice).patch(path, R"({"disabled": true})").status, 200);

    EXPECT_EQ(here(), 401);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(there(), 401);
    EXPECT_EQ(replica->post("/api/auth/refresh", object({{"refresh", tokens.text("/refresh")}})).status, 401);

    EXPECT_EQ(as(alice).patch(path, R"({"disabled": false})").status, 200);
    EXPECT_EQ(here(), 401) << "a session that ended does not come back";
    EXPECT_EQ(log_in("dave").status, 200);
}

TEST_P(OtherReplica, SeesAnotherRole) {
    auto const access = tokens.text("/access");
    EXPECT_EQ(bearer(access).get("/api/users").status, 403);
    EXPECT_EQ(as(alice).patch(dave(), R"({"role": "auditor"})").status, 200);

    EXPECT_EQ(bearer(access).get("/api/users").status, 200);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(replica->send(Method::get, "/api/users", {}, access).status, 200);

    EXPECT_EQ(as(alice).patch(dave(), R"({"role": "user"})").status, 200);
    EXPECT_EQ(bearer(access).get("/api/users").status, 403);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(replica->send(Method::get, "/api/users", {}, access).status, 403);
}

TEST_P(OtherReplica, SeesAPasswordThatAnAdministratorSet) {
    EXPECT_EQ(as(alice).patch(dave(), object({{"password", "another violet otter"}})).status, 200);

    EXPECT_EQ(here(), 401);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(there(), 401);
    EXPECT_EQ(log_in("dave").status, 401);
    EXPECT_EQ(log_in("dave", "another violet otter").status, 200);
}

TEST_P(OtherReplica, SeesADeletedUser) {
    EXPECT_EQ(as(alice).del(dave()).status, 204);

    EXPECT_EQ(here(), 401);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(there(), 401);
}

TEST_P(OtherReplica, ForAMomentADeletedUserIsAnsweredAsOneWhoseSessionIsOver) {
    EXPECT_EQ(as(alice).del(dave()).status, 204);

    EXPECT_EQ(there(), 401);
    auto const access = tokens.text("/access");
    EXPECT_EQ(replica->send(Method::patch, "/api/auth/me", R"({"display_name": "Dave"})", access).status,
              401);
}

TEST_P(OtherReplica, SeesReuse) {
    refresh(refresh(tokens.text("/refresh")).text("/refresh"));
    replica->post("/api/auth/refresh", object({{"refresh", tokens.text("/refresh")}}));

    EXPECT_EQ(there(), 401);
    app().clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(here(), 401);
}

class KeyRotation : public IdentityTest {
  protected:
    std::size_t published() {
        return anonymous().get("/.well-known/jwks.json").at("/keys").as_array().size();
    }
    // The id of the key that signed.
    static std::string key_of(std::string const& access) {
        auto const head = from_base64url(access.substr(0, access.find('.'))).value();
        return std::string{boost::json::parse(text_of(head)).at("kid").as_string()};
    }
    static std::string key_of(Answer const& login) { return key_of(login.text("/access")); }
};
INSTANTIATE_TEST_SUITE_P(Engines, KeyRotation, each_engine, engine_name);

TEST_P(KeyRotation, PublishesFirstAndSignsLater) {
    auto const before = newcomer("bob").text("/access");
    EXPECT_EQ(published(), 1U);

    auto const next = app()->identity().rotate_keys();

    EXPECT_EQ(published(), 2U);
    EXPECT_NE(anonymous().get("/.well-known/jwks.json").body.find(next.id), std::string::npos);
    EXPECT_EQ(key_of(log_in("bob")), key_of(before)) << "the old one signs until everybody knows the new one";
    EXPECT_EQ(records("signing_key.rotate"), 1);

    app().clock.advance(next.signs_from - app().clock.now());
    EXPECT_EQ(key_of(log_in("bob")), next.id);
    EXPECT_EQ(status_of(before), 200);
}

TEST_P(KeyRotation, NoReplicaEverRefusesAValidToken) {
    Replica replica{app()};
    sign_up("bob");
    auto const me = [&](std::string const& token) {
        return replica.send(Method::get, "/api/auth/me", {}, token).status;
    };
    EXPECT_EQ(me(log_in("bob").text("/access")), 200) << "it has just read the keys";
    app()->identity().rotate_keys();

    std::set<std::string> signed_by;
    for (int i = 0; i < 40; ++i) {
        auto const access = log_in("bob").text("/access");
        signed_by.insert(key_of(access));
        EXPECT_EQ(me(access.substr(0, access.size() - 4) + "AAAA"), 401);
        EXPECT_EQ(me(access), 200) << i;
        app().clock.advance(std::chrono::seconds{5});
    }

    EXPECT_EQ(signed_by.size(), 2U);
}

TEST_P(KeyRotation, LeavesLongerTokensThanItsOwnTheirLife) {
    auto settings = app()->settings();
    settings.access_token_lifetime = std::chrono::hours{1};
    Replica server{app(), settings};
    sign_up("bob");
    auto const next = app()->identity().rotate_keys();
    app().clock.advance(next.signs_from - app().clock.now() - std::chrono::seconds{1});
    auto const access = server.post("/api/auth/login", credentials("bob")).text("/access");
    EXPECT_NE(key_of(access), next.id);

    app().clock.advance(std::chrono::minutes{59});
    app()->identity().purge_expired();
    Replica another{app(), settings};

    EXPECT_EQ(another.send(Method::get, "/api/auth/me", {}, access).status, 200);
}

TEST_P(KeyRotation, DestroysThePrivateHalfOfWhatSignsNoMoreAndThenRetiresIt) {
    id_of(bob);
    auto const next = app()->identity().rotate_keys();
    app()->identity().purge_expired();
    EXPECT_EQ(number("SELECT count(*) FROM signing_keys WHERE sealed_seed IS NOT NULL"), 2);

    app().clock.advance(next.signs_from - app().clock.now() + std::chrono::minutes{1});
    app()->identity().purge_expired();
    EXPECT_EQ(number("SELECT count(*) FROM signing_keys WHERE sealed_seed IS NOT NULL"), 1);
    EXPECT_EQ(published(), 2U);

    app().clock.advance(std::chrono::minutes{70});
    app()->identity().purge_expired();
    EXPECT_EQ(published(), 1U);
    EXPECT_EQ(number("SELECT count(*) FROM signing_keys"), 1);
    EXPECT_EQ(key_of(log_in("bob", persona_password)), next.id);
}

TEST_P(KeyRotation, TwiceInARowEndsWithTheLastKey) {
    id_of(bob);
    app()->identity().rotate_keys();
    app().clock.advance(std::chrono::seconds{10});
    auto const last = app()->identity().rotate_keys();
    EXPECT_EQ(log_in("bob", persona_password).status, 200);

    app().clock.advance(std::chrono::minutes{5});
    app()->identity().purge_expired();

    EXPECT_EQ(key_of(log_in("bob", persona_password)), last.id);
    EXPECT_EQ(number("SELECT count(*) FROM signing_keys WHERE sealed_seed IS NOT NULL"), 1);
}

TEST_P(KeyRotation, TheKeyIsMadeOnceForAllReplicas) {
    Replica second{app()};
    Replica third{app()};

    EXPECT_EQ(number("SELECT count(*) FROM signing_keys"), 1);
    EXPECT_EQ(records("signing_key.create"), 1);
}

TEST_P(KeyRotation, AnotherMasterKeyIsRefusedAtTheStart) {
    auto settings = app()->settings();
    settings.master_key_file = settings.data_dir / "other.key";
    MasterKey::load_or_create(settings.master_key_file).value();

    EXPECT_THROW((Replica{app(), settings}), std::exception);
}

}  // namespace
}  // namespace securestack::test
