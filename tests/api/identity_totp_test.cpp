// The second factor: switched on with a code, asked for at every login, each code good once.
#include <gtest/gtest.h>

#include "identity_fixture.hpp"
#include "support/totp.hpp"

namespace securestack::test {
namespace {

using std::chrono::seconds;

constexpr auto erin = "erin@example.com";
constexpr auto other_password = "quite another otter";

class SecondFactors : public IdentityTest {
  protected:
    void SetUp() override {
        IdentityTest::SetUp();
        if (IsSkipped()) return;
        access_ = newcomer(erin).text("/access");
    }

    Caller me() { return bearer(access_); }
    std::string code() { return totp_code(secret_, app().clock.now()); }
    void enrol() {
        auto const enrolment = me().post("/api/auth/totp");
        ASSERT_EQ(enrolment.status, 200) << enrolment.body;
        secret_ = enrolment.text("/secret");
        uri_ = enrolment.text("/uri");
        qr_ = enrolment.text("/qr");
    }
    Answer confirm(std::string const& otp) {
        return me().post("/api/auth/totp/confirm", object({{"otp", otp}}));
    }
    // Switched on, and half a minute later.
    void switch_on() {
        enrol();
        auto const codes = confirm(code());
        ASSERT_EQ(codes.status, 200) << codes.body;
        recovery_ = codes.at("/recovery_codes").as_array();
        app().clock.advance(seconds{30});
    }
    Answer log_in_with(std::string const& otp, std::string const& password = good_password) {
        return anonymous().post("/api/auth/login",
                                object({{"username", erin}, {"password", password}, {"otp", otp}}));
    }
    Answer remove(std::string const& otp) {
        return me().send(Method::del, "/api/auth/totp", object({{"otp", otp}}));
    }
    Answer change_password(std::string const& current, std::string const& fresh) {
        return me().post("/api/auth/password",
                         object({{"current_password", current}, {"new_password", fresh}}));
    }
    // As if with a master key that is lost.
    void reseal() {
        MasterKey const lost{Secret{std::string(MasterKey::size, 'x')}};
        auto const context = "totp:" + me().get("/api/auth/me").id();
        app().database().write_now([&](Tx& tx) {
            tx.execute("UPDATE totp_factors SET sealed_secret = $1", {lost.seal(bytes_of(secret_), context)});
        });
    }
    std::string recovery(std::size_t i) { return std::string{recovery_[i].as_string()}; }

    std::string access_;
    std::string secret_;
    std::string uri_;
    std::string qr_;
    boost::json::array recovery_;
};
INSTANTIATE_TEST_SUITE_P(Engines, SecondFactors, each_engine, engine_name);

TEST_P(SecondFactors, ALoginThatIsAskedForItsCodeIsNoGuess) {
    switch_on();

    for (int i = 0; i < 110; ++i) {
        auto const asked =
            anonymous().post("/api/auth/login", object({{"username", erin}, {"password", good_password}}));
        ASSERT_EQ(asked.text("/type"), "/problems/otp-required") << i;
        app().clock.advance(seconds{7});
    }
}

TEST_P(SecondFactors, AnEnrolmentIsWhatAnAppReadsAndCountsOnlyWhenConfirmed) {
    enrol();

    EXPECT_EQ(secret_.size(), 32U);
    EXPECT_EQ(uri_,
              "otpauth://totp/SecureStack:erin%40example.com?secret=" + secret_ + "&issuer=SecureStack");
    EXPECT_TRUE(qr_.starts_with("<svg ")) << qr_.substr(0, 50);
    EXPECT_EQ(log_in(erin).status, 200);
    EXPECT_EQ(confirm("000000").status, 422);
    EXPECT_EQ(me().get("/api/auth/totp").at("/enabled"), false);
    auto const codes = confirm(code());
    EXPECT_EQ(codes.at("/recovery_codes").as_array().size(), 10U) << codes.body;
    EXPECT_EQ(me().get("/api/auth/totp").at("/recovery_codes_left"), 10);
    EXPECT_EQ(me().post("/api/auth/totp").status, 409);
    EXPECT_EQ(confirm(code()).status, 409);
}

TEST_P(SecondFactors, ALoginAsksForTheCode) {
    switch_on();

    auto const without = log_in(erin);
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(without.text("/type"), "/problems/otp-required");
    EXPECT_EQ(log_in(erin, "not the password").text("/type"), "/problems/invalid-credentials");
    EXPECT_EQ(log_in_with("000000").text("/type"), "/problems/invalid-credentials");
    EXPECT_EQ(log_in_with(code()).status, 200);
    EXPECT_EQ(records("session.challenge"), 1);
}

TEST_P(SecondFactors, ACodeIsGoodOnceOnWhicheverReplica) {
    Replica other{app()};
    switch_on();
    auto const used = code();
    EXPECT_EQ(log_in_with(used).status, 200);

    EXPECT_EQ(log_in_with(used).status, 401);
    auto const again = other.post("/api/auth/login",
                                  object({{"username", erin}, {"password", good_password}, {"otp", used}}));
    EXPECT_EQ(again.status, 401) << again.body;
    app().clock.advance(seconds{30});
    EXPECT_EQ(log_in_with(code()).status, 200);
}

TEST_P(SecondFactors, TheCodeThatConfirmedLogsNobodyIn) {
    enrol();
    auto const used = code();
    ASSERT_EQ(confirm(used).status, 200);

    EXPECT_EQ(log_in_with(used).status, 401);
}

TEST_P(SecondFactors, AClockHalfAMinuteOffIsForgivenAndNoMore) {
    switch_on();
    app().clock.advance(seconds{300});
    auto const now = app().clock.now();

    EXPECT_EQ(log_in_with(totp_code(secret_, now - seconds{60})).status, 401);
    EXPECT_EQ(log_in_with(totp_code(secret_, now - seconds{30})).status, 200);
    EXPECT_EQ(log_in_with(totp_code(secret_, now + seconds{30})).status, 200);
    EXPECT_EQ(log_in_with(totp_code(secret_, now)).status, 401);
}

TEST_P(SecondFactors, ARecoveryCodeIsGoodOnce) {
    switch_on();

    EXPECT_EQ(log_in_with(recovery(0)).status, 200);
    EXPECT_EQ(log_in_with(recovery(0)).status, 401);
    EXPECT_EQ(me().get("/api/auth/totp").at("/recovery_codes_left"), 9);
    EXPECT_EQ(records("session.recovery_code"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM recovery_codes WHERE used_at IS NOT NULL"), 1);
}

TEST_P(SecondFactors, GuessesAtCodesAreCountedAndLoginsWithoutACodeDoNotForgiveThem) {
    switch_on();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(log_in_with("000000").status, 401);
        log_in(erin);
    }

    EXPECT_EQ(log_in_with(code()).status, 429);
}

TEST_P(SecondFactors, GuessesAtCodesAreNotForgivenByARightPassword) {
    switch_on();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(remove("000000").status, 422);
        EXPECT_EQ(change_password(good_password, "short").text("/errors/0/pointer"), "/new_password");
    }

    EXPECT_EQ(remove(code()).status, 429);
    EXPECT_EQ(log_in_with(code()).status, 429) << "wherever the next one is tried";
    app().clock.advance(seconds{2});
    EXPECT_EQ(remove(code()).status, 204);
}

TEST_P(SecondFactors, GuessesAtCodesAreNotForgivenByANewPasswordOfOnesOwn) {
    switch_on();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(log_in_with("000000").status, 401);
    EXPECT_EQ(change_password(good_password, other_password).status, 204);
    EXPECT_EQ(log_in_with("000000", other_password).status, 401);

    EXPECT_EQ(log_in_with(code(), other_password).status, 429);

    auto const path = "/api/users/" + me().get("/api/auth/me").id();
    EXPECT_EQ(as(alice).patch(path, object({{"password", good_password}})).status, 200);
    EXPECT_EQ(log_in_with(code()).status, 200) << "an administrator forgives them";
}

TEST_P(SecondFactors, GuessesAtThePasswordAreNotForgivenByACode) {
    enrol();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(change_password("a guess", other_password).status, 422);
    EXPECT_EQ(confirm(code()).status, 200);
    EXPECT_EQ(change_password("a guess", other_password).status, 422);

    EXPECT_EQ(change_password(good_password, other_password).status, 429);
}

TEST_P(SecondFactors, ItGoesWithOneOfItsCodesOrByAnAdministrator) {
    switch_on();
    EXPECT_EQ(remove("000000").status, 422);
    EXPECT_EQ(remove(recovery(1)).status, 204);
    EXPECT_EQ(log_in(erin).status, 200);
    EXPECT_EQ(number("SELECT count(*) FROM recovery_codes"), 0);

    switch_on();
    auto const path = "/api/users/" + me().get("/api/auth/me").id() + "/totp";
    EXPECT_EQ(as(bob).del(path).status, 403);
    EXPECT_EQ(as(alice).del(path).status, 204);
    EXPECT_EQ(log_in(erin).status, 200);
    EXPECT_EQ(records("totp.reset"), 1);
}

TEST_P(SecondFactors, OneThatTheMasterKeyDoesNotOpenIsRefusedClearlyAndResetByAnAdministrator) {
    switch_on();
    reseal();

    for (auto const& refused :
         {log_in(erin), log_in_with(code()), log_in_with(recovery(0)), remove(code()), remove(recovery(0))}) {
        EXPECT_EQ(refused.status, 409) << refused.body;
        EXPECT_NE(refused.text("/detail").find("administrator"), std::string::npos) << refused.body;
    }
    EXPECT_EQ(log_in(erin, "not the password").status, 401) << "only who has the password is told";

    auto const path = "/api/users/" + me().get("/api/auth/me").id() + "/totp";
    EXPECT_EQ(as(alice).del(path).status, 204);
    EXPECT_EQ(log_in(erin).status, 200);
}

TEST_P(SecondFactors, AnEnrolmentThatTheMasterKeyDoesNotOpenIsBegunAgain) {
    enrol();
    reseal();

    EXPECT_EQ(confirm(code()).status, 409);

    enrol();
    EXPECT_EQ(confirm(code()).status, 200);
}

TEST_P(SecondFactors, ThoseThatTheMasterKeyDoesNotOpenAreDiscarded) {
    switch_on();
    EXPECT_TRUE(app()->identity().discard_unreadable().without_second_factor.empty());
    EXPECT_EQ(log_in(erin).text("/type"), "/problems/otp-required");
    reseal();

    auto const discarded = app()->identity().discard_unreadable();

    EXPECT_TRUE(discarded.signing_keys.empty());
    ASSERT_EQ(discarded.without_second_factor.size(), 1U);
    EXPECT_EQ(discarded.without_second_factor.front().username, erin);
    EXPECT_EQ(records("totp.discard"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM recovery_codes"), 0);
    EXPECT_EQ(log_in(erin).status, 200);
    switch_on();
    EXPECT_EQ(log_in_with(code()).status, 200);
}

TEST_P(SecondFactors, TheSecretIsSealedAtRest) {
    switch_on();

    app().database().read_now([&](Tx& tx) {
        tx.query("SELECT sealed_secret FROM totp_factors", {},
                 [&](Row const& row) { EXPECT_GT(row.bytes(0).size(), 20U); });
    });
    EXPECT_EQ(as(alice).get("/api/audit").body.find(secret_), std::string::npos);
}

}  // namespace
}  // namespace securestack::test
