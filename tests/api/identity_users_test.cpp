// What administrators do with users.
#include "identity_fixture.hpp"
#include "support/totp.hpp"

namespace securestack::test {
namespace {

class Users : public IdentityTest {
  protected:
    Answer create(std::string const& username, std::string const& role = "user") {
        return as(alice).post("/api/users",
                              object({{"username", username}, {"password", good_password}, {"role", role}}));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Users, each_engine, engine_name);

TEST_P(Users, AreMadeReadChangedAndDeletedByAnAdministrator) {
    auto const made = create("dave", "auditor");
    auto const path = made.header("Location");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(path, "/api/users/" + made.id());
    EXPECT_EQ(as(alice).get(path).body, made.body);
    EXPECT_EQ(as(alice).patch(path, object({{"display_name", "Dave"}})).text("/display_name"), "Dave");
    EXPECT_EQ(as(alice).put(path, object({{"username", "david"}})).text("/display_name"), "");
    EXPECT_EQ(log_in("david").status, 200) << "a PUT without a password keeps it";
    EXPECT_EQ(as(alice).del(path).status, 204);
    EXPECT_EQ(as(alice).get(path).status, 404);
    for (auto const* action : {"user.create", "user.update", "user.delete"})
        EXPECT_GE(records(action), 1) << action;
}

TEST_P(Users, AreListedAndFiltered) {
    id_of(bob), id_of(carol);

    auto const all = as(alice).get("/api/users?sort=-username&count=true");
    auto const auditors = as(carol).get("/api/users?role=auditor");

    EXPECT_EQ(all.at("/count"), 3) << all.body;
    EXPECT_EQ(all.text("/results/0/username"), "carol");
    ASSERT_EQ(auditors.at("/results").as_array().size(), 1U) << auditors.body;
    EXPECT_EQ(auditors.body.find("argon2"), std::string::npos);
    EXPECT_EQ(as(alice).get("/api/users?password_hash=x").status, 400);
    EXPECT_EQ(as(alice).get("/api/users?sort=epoch").status, 400);
}

TEST_P(Users, AreNotForUsers) {
    auto const path = user_path(alice);
    for (auto const& persona : {bob, mallory}) {
        EXPECT_EQ(as(persona).get("/api/users").status, 403);
        EXPECT_EQ(as(persona).get(path).status, 403);
        EXPECT_EQ(as(persona).patch(user_path(persona), R"({"role": "admin"})").status, 403);
    }
    EXPECT_EQ(as(carol).get(path).status, 200);
    EXPECT_EQ(as(carol).patch(path, R"({"role": "user"})").status, 403);
    EXPECT_EQ(as(carol).post("/api/users", credentials("eve")).status, 403);
    EXPECT_EQ(as(carol).del(user_path(bob)).status, 403);
    EXPECT_EQ(anonymous().get("/api/users").status, 401);
}

TEST_P(Users, TheLastActiveAdministratorStaysOne) {
    auto const path = user_path(alice);

    EXPECT_EQ(as(alice).patch(path, R"({"role": "user"})").status, 409);
    EXPECT_EQ(as(alice).patch(path, R"({"disabled": true})").status, 409);
    EXPECT_EQ(as(alice).del(path).status, 409);
    EXPECT_FALSE(app()->identity().set_role("alice", Role::auditor));

    auto const second = create("zoe", "admin").header("Location");
    EXPECT_EQ(as(alice).patch(second, R"({"disabled": true})").status, 200);
    EXPECT_EQ(as(alice).patch(path, R"({"role": "user"})").status, 409) << "a disabled one does not count";
    EXPECT_EQ(as(alice).patch(second, R"({"disabled": false})").status, 200);
    EXPECT_EQ(as(alice).patch(path, R"({"role": "user"})").status, 200);
}

TEST_P(Users, ReadOnlyMembersCannotBeWritten) {
    auto const path = create("dave").header("Location");
    auto const before = as(alice).get(path).body;

    for (std::string const member :
         {R"("id": "01900000-0000-7000-8000-000000000000")", R"("created_at": "2020-01-01T00:00:00Z")",
          R"("updated_at": null)", R"("last_login_at": null)", R"("password_hash": "x")", R"("epoch": 1)",
          R"("version": 1)", R"("username_fold": "x")", R"("role": "root")"}) {
        EXPECT_EQ(as(alice).patch(path, "{" + member + "}").status, 422) << member;
    }

    EXPECT_EQ(as(alice).get(path).body, before);
}

TEST_P(Users, AUserToWhomServersBelongIsNotDeleted) {
    as(bob).post("/api/servers", R"({"name": "db-1"})");

    EXPECT_EQ(as(alice).del(user_path(bob)).status, 409);
    EXPECT_EQ(as(bob).get("/api/auth/me").status, 200);
}

TEST_P(Users, AUserToWhomMaintenanceWindowsBelongIsNotDeleted) {
    auto const in_hours = [&](int hours) {
        return format_time(app().clock.now() + std::chrono::hours{hours});
    };
    auto const team = as(alice).post("/api/teams", R"({"name": "all"})").id();
    as(alice).put("/api/teams/" + team + "/members/" + id_of(bob).to_string(), R"({"role": "operator"})");
    auto const window = as(bob).post("/api/maintenance", R"({"title": "x", "labels": {"a": "b"}, "team": ")" +
                                                             team + R"(", "starts_at": ")" + in_hours(1) +
                                                             R"(", "ends_at": ")" + in_hours(2) + "\"}");
    ASSERT_EQ(window.status, 201) << window.body;
    as(bob).post("/api/keys", R"({"name": "k", "scopes": ["servers:read"]})");

    auto const refused = as(alice).del(user_path(bob));

    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(as(alice).get("/api/maintenance/" + window.id()).status, 200);
    EXPECT_EQ(number("SELECT count(*) FROM api_keys"), 1);
    EXPECT_EQ(records("api_key.delete"), 0);
    EXPECT_EQ(as(alice).del("/api/maintenance/" + window.id()).status, 204);
    EXPECT_EQ(as(alice).del(user_path(bob)).status, 204);
}

TEST_P(Users, AUsersKeysGoWithItAndAreRecorded) {
    auto const made =
        as(bob).post("/api/keys", R"({"name": "k", "scopes": ["keys:write", "servers:read"]})").text("/key");
    anonymous().with("X-API-Key", made).post("/api/keys", R"({"name": "l", "scopes": ["servers:read"]})");
    as(mallory).post("/api/keys", R"({"name": "m", "scopes": ["servers:read"]})");

    EXPECT_EQ(as(alice).del(user_path(bob)).status, 204);

    EXPECT_EQ(records("api_key.delete"), 2);
    EXPECT_EQ(number("SELECT count(*) FROM api_keys"), 1);
    EXPECT_EQ(anonymous().with("X-API-Key", made).get("/api/servers").status, 401);
}

TEST_P(Users, ATakenNameIsAConflict) {
    create("dave");

    EXPECT_EQ(create("DAVE").status, 409);
    EXPECT_EQ(as(alice).patch(create("erin").header("Location"), R"({"username": "Dave"})").status, 409);
    EXPECT_EQ(as(alice).post("/api/users", R"({"username": "frank"})").text("/errors/0/pointer"),
              "/password");
}

TEST_P(Users, AnAdministratorsPasswordsKeepToThePolicy) {
    auto const path = create("dave").header("Location");

    EXPECT_EQ(as(alice).patch(path, object({{"password", "short"}})).status, 422);
    for (auto const& nothing : {as(alice).patch(path, R"({"password": null})"),
                                as(alice).put(path, R"({"username": "bob", "password": null})")}) {
        EXPECT_EQ(nothing.status, 422);
        EXPECT_EQ(nothing.text("/errors/0/pointer"), "/password");
    }
    EXPECT_EQ(log_in("dave").status, 200);
}

TEST_P(Users, OnesOwnPasswordAndSecondFactorAreNotChangedHere) {
    auto const path = user_path(alice);
    auto const secret = as(alice).post("/api/auth/totp").text("/secret");
    auto const otp = totp_code(secret, app().clock.now());
    ASSERT_EQ(as(alice).post("/api/auth/totp/confirm", object({{"otp", otp}})).status, 200);

    EXPECT_EQ(as(alice).patch(path, object({{"password", good_password}})).status, 403);
    EXPECT_EQ(as(alice).put(path, credentials("alice")).status, 403);
    EXPECT_EQ(as(alice).del(path + "/totp").status, 403);

    EXPECT_EQ(log_in("alice", persona_password).text("/type"), "/problems/otp-required");
    EXPECT_EQ(as(alice).patch(path, object({{"display_name", "Alice"}})).status, 200);
}

TEST_P(Users, AKeyIsNoWayToTheAccountOfAnAdministratorOrAnAuditor) {
    auto const zoe = create("zoe", "admin").header("Location");
    auto const ada = create("ada", "auditor").header("Location");
    auto const dave = create("dave").header("Location");
    auto const made = as(alice).post("/api/keys", R"({"name": "k", "scopes": ["users:write"]})");
    auto const key = anonymous().with("X-API-Key", made.text("/key"));

    for (auto const& path : {user_path(alice), zoe, ada}) {
        EXPECT_EQ(key.patch(path, object({{"password", good_password}})).status, 403);
        EXPECT_EQ(key.patch(path, R"({"role": "user"})").status, 403);
        EXPECT_EQ(key.patch(path, R"({"disabled": true})").status, 403);
        EXPECT_EQ(key.put(path, credentials("alice")).status, 403);
        EXPECT_EQ(key.del(path + "/totp").status, 403);
        EXPECT_EQ(key.del(path).status, 403);
    }
    for (std::string const role : {"admin", "auditor"}) {
        EXPECT_EQ(key.patch(dave, object({{"role", role}})).status, 403) << role;
        auto const eve = object({{"username", "eve"}, {"password", good_password}, {"role", role}});
        EXPECT_EQ(key.post("/api/users", eve).status, 403) << role;
    }

    EXPECT_EQ(log_in("alice", persona_password).status, 200);
    EXPECT_EQ(key.patch(dave, object({{"password", "quite another otter"}})).status, 200);
    EXPECT_EQ(key.post("/api/users", credentials("frank")).status, 201);
    EXPECT_EQ(key.del(dave).status, 204);
}

TEST_P(Users, AChangeThatChangesNothingIsNone) {
    auto const path = create("dave").header("Location");
    auto const tag = as(alice).get(path).header("ETag");

    EXPECT_EQ(as(alice).patch(path, R"({"role": "user"})").header("ETag"), tag);
    EXPECT_EQ(records("user.update"), 0);
}

TEST_P(Users, TheCommandLineKeepsToTheSameRules) {
    auto& identity = app()->identity();
    NewUser wanted;
    wanted.username = " x";
    wanted.password = Secret{"short"};
    auto const refused = identity.create_user(wanted);
    wanted.username = "ops@example.org";
    wanted.password = Secret{good_password};
    wanted.role = Role::admin;
    auto const made = identity.create_user(wanted);

    ASSERT_FALSE(refused);
    EXPECT_GE(refused.error().errors.size(), 2U);
    ASSERT_TRUE(made);
    EXPECT_EQ(log_in("ops@example.org").status, 200);
    EXPECT_EQ(identity.create_user(wanted).error().status(), 409);
    EXPECT_EQ(identity.set_role("nobody", Role::user).error().status(), 404);
    std::vector<std::string> names;
    identity.for_each_user([&](User const& user) { names.push_back(user.username); });
    EXPECT_EQ(names, std::vector<std::string>{"ops@example.org"});
    EXPECT_EQ(number("SELECT count(*) FROM audit_records WHERE action = 'user.create'"), 1);
}

}  // namespace
}  // namespace securestack::test
