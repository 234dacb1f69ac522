// Who may join: registration by policy, invites, and the first administrator.
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class Joining : public IdentityTest {
  protected:
    Replica with_policy(RegistrationPolicy policy) {
        auto settings = app()->settings();
        settings.registration = policy;
        return Replica{app(), settings};
    }
};

class RegistrationPolicies : public Joining {};
INSTANTIATE_TEST_SUITE_P(Engines, RegistrationPolicies, each_engine, engine_name);

TEST_P(RegistrationPolicies, ClosedLetsNobodyIn) {
    auto replica = with_policy(RegistrationPolicy::closed);

    auto const answer = replica.post("/api/auth/register", credentials("newcomer"));

    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(number("SELECT count(*) FROM users"), 0);
}

TEST_P(RegistrationPolicies, ClosedIsNoWayToFillTheAuditLog) {
    auto settings = app()->settings();
    settings.registration = RegistrationPolicy::closed;
    settings.rate_limit_login = Rate{};
    Replica replica{app(), settings};
    auto const before = number("SELECT count(*) FROM audit_records");

    int refused = 0;
    for (int i = 0; i < 15; ++i) {
        refused += replica.post("/api/auth/register", credentials("newcomer")).status == 429;
    }

    EXPECT_EQ(refused, 5);
    EXPECT_EQ(number("SELECT count(*) FROM audit_records"), before);
}

TEST_P(RegistrationPolicies, AnInviteLetsOnePersonIn) {
    auto replica = with_policy(RegistrationPolicy::invite);
    auto const invite = as(alice).post("/api/invites");
    auto const join = [&](std::string const& name, std::string const& code) {
        return replica.post("/api/auth/register",
                            object({{"username", name}, {"password", good_password}, {"invite", code}}));
    };

    EXPECT_EQ(invite.status, 201) << invite.body;
    EXPECT_EQ(replica.post("/api/auth/register", credentials("first")).text("/errors/0/pointer"), "/invite");
    EXPECT_EQ(join("first", "guess").status, 422);
    EXPECT_EQ(join("first", invite.text("/code")).status, 201);
    EXPECT_EQ(join("second", invite.text("/code")).status, 422);
    EXPECT_EQ(records("invite.create"), 1);
}

TEST_P(RegistrationPolicies, AnInviteIsGoodForSevenDays) {
    auto replica = with_policy(RegistrationPolicy::invite);
    auto const code = as(alice).post("/api/invites").text("/code");

    app().clock.advance(std::chrono::days{7});

    EXPECT_EQ(replica
                  .post("/api/auth/register",
                        object({{"username", "late"}, {"password", good_password}, {"invite", code}}))
                  .status,
              422);
}

TEST_P(RegistrationPolicies, OnlyAnAdministratorInvites) {
    EXPECT_EQ(as(bob).post("/api/invites").status, 403);
    EXPECT_EQ(as(carol).post("/api/invites").status, 403);
    EXPECT_EQ(anonymous().post("/api/invites").status, 401);
}

TEST_P(RegistrationPolicies, InvitesAreListedWithoutTheirCodes) {
    auto const made = as(alice).post("/api/invites");
    app().clock.advance(std::chrono::seconds{1});
    auto const later = as(alice).post("/api/invites");

    auto const list = as(carol).get("/api/invites");

    ASSERT_EQ(list.at("/results").as_array().size(), 2U) << list.body;
    EXPECT_EQ(list.text("/results/0/id"), later.id()) << "the latest first";
    EXPECT_EQ(list.text("/results/1/created_by"), id_of(alice).to_string());
    EXPECT_EQ(list.body.find(made.text("/code")), std::string::npos);
    EXPECT_EQ(list.body.find("digest"), std::string::npos);
    EXPECT_EQ(as(alice).get(made.header("Location")).id(), made.id());
    EXPECT_EQ(as(bob).get("/api/invites").status, 403);
}

TEST_P(RegistrationPolicies, ARevokedInviteLetsNobodyInAndAUsedOneIsNotRevoked) {
    auto replica = with_policy(RegistrationPolicy::invite);
    auto const revoked = as(alice).post("/api/invites");
    auto const used = as(alice).post("/api/invites");
    auto const join = [&](std::string const& name, std::string const& code) {
        return replica.post("/api/auth/register",
                            object({{"username", name}, {"password", good_password}, {"invite", code}}));
    };
    auto const user = join("first", used.text("/code"));

    EXPECT_EQ(as(carol).del(revoked.header("Location")).status, 403);
    EXPECT_EQ(as(alice).del(revoked.header("Location")).status, 204);
    EXPECT_EQ(join("second", revoked.text("/code")).status, 422);
    EXPECT_EQ(as(alice).get(revoked.header("Location")).status, 404);
    EXPECT_EQ(as(alice).get(used.header("Location")).text("/used_by"), user.id());
    EXPECT_EQ(as(alice).del(used.header("Location")).status, 409);
    EXPECT_EQ(records("invite.revoke"), 1);
}

class Setup : public Joining {
  protected:
    Answer set_up(std::string const& token, std::string const& username,
                  std::string const& password = good_password) {
        return anonymous().post("/api/setup",
                                object({{"token", token}, {"username", username}, {"password", password}}));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Setup, each_engine, engine_name);

TEST_P(Setup, MakesTheFirstAdministratorOnce) {
    auto const token = app()->identity().ensure_setup_token().value();

    auto const made = set_up(token, "root@example.org");
    auto const again = set_up(token, "second");

    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("/role"), "admin");
    EXPECT_EQ(log_in("root@example.org").status, 200);
    EXPECT_EQ(again.status, 401);
    EXPECT_EQ(records("user.setup"), 1);
    EXPECT_FALSE(app()->identity().ensure_setup_token());
}

TEST_P(Setup, TheTokenIsGoodForAQuarterOfAnHour) {
    auto const token = app()->identity().ensure_setup_token().value();

    app().clock.advance(std::chrono::minutes{15});

    EXPECT_EQ(set_up(token, "root").status, 401);
}

TEST_P(Setup, ARefusedPasswordDoesNotUseTheTokenUp) {
    auto const token = app()->identity().ensure_setup_token().value();

    EXPECT_EQ(set_up(token, "root", "short").status, 422);
    EXPECT_EQ(set_up(token, "root").status, 201);
}

TEST_P(Setup, IsOverOnceThereIsAnAdministrator) {
    auto const token = app()->identity().ensure_setup_token().value();
    id_of(alice);

    EXPECT_EQ(set_up(token, "root").status, 401);
}

TEST_P(Setup, SomebodyWhoSignedUpFirstIsNotInTheWay) {
    sign_up("early");
    auto const token = app()->identity().ensure_setup_token().value();

    EXPECT_EQ(set_up(token, "root").status, 201);
}

TEST_P(Setup, AGuessIsRefused) {
    app()->identity().ensure_setup_token();

    EXPECT_EQ(set_up("guess", "root").status, 401);
    EXPECT_EQ(number("SELECT count(*) FROM users"), 0);
}

}  // namespace
}  // namespace securestack::test
