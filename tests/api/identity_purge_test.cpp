// What has had its time is removed in short transactions, and what has not stays.
#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class Purge : public IdentityTest {
  protected:
    int rounds() {
        int count = 1;
        while (app()->identity().purge_expired()) ++count;
        return count;
    }
    std::int64_t tokens() { return number("SELECT count(*) FROM refresh_tokens"); }
    std::int64_t sessions() { return number("SELECT count(*) FROM sessions"); }

    // As many as a month of refreshing leaves.
    void give_tokens(int count) {
        app().database().write_now([&](Tx& tx) {
            auto const session =
                tx.first("SELECT id FROM sessions", {}, [](Row const& row) { return row.id(0); });
            for (int i = 0; i < count; ++i) {
                tx.execute("INSERT INTO refresh_tokens (digest, session_id, created_at) VALUES ($1, $2, $3)",
                           {random_bytes(32), *session, app().clock.now()});
            }
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, Purge, each_engine, engine_name);

TEST_P(Purge, AnExpiredSessionGoesWithItsTokensABatchAtATime) {
    newcomer("bob");
    give_tokens(2'500);
    app().clock.advance(std::chrono::days{31});
    auto const live = log_in("bob");

    EXPECT_TRUE(app()->identity().purge_expired());
    EXPECT_EQ(tokens(), 1'502);
    EXPECT_EQ(sessions(), 2);
    EXPECT_EQ(rounds(), 2);

    EXPECT_EQ(sessions(), 1);
    EXPECT_EQ(tokens(), 1);
    EXPECT_EQ(refresh(live.text("/refresh")).status, 200);
}

TEST_P(Purge, ASessionThatWasEndedGoesSoonAfter) {
    auto const token = newcomer("bob").text("/refresh");
    log_out(token);

    rounds();
    EXPECT_EQ(log_out(token).status, 204) << "a client that did not get the answer asks again";
    app().clock.advance(std::chrono::hours{1});
    rounds();

    EXPECT_EQ(sessions(), 0);
    EXPECT_EQ(tokens(), 0);
}

TEST_P(Purge, ManySessionsTakeManyRounds) {
    sign_up("bob");
    for (int i = 0; i < 60; ++i) log_in("bob");
    app().clock.advance(std::chrono::days{31});

    EXPECT_EQ(rounds(), 2);
    EXPECT_EQ(sessions(), 0);
}

TEST_P(Purge, CodesGoWhenTheyExpire) {
    app()->identity().ensure_setup_token();
    as(alice).post("/api/invites");
    rounds();
    EXPECT_EQ(number("SELECT count(*) FROM setup_tokens"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM invites"), 1);

    app().clock.advance(std::chrono::days{7});
    rounds();

    EXPECT_EQ(number("SELECT count(*) FROM setup_tokens"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM invites"), 0);
}

}  // namespace
}  // namespace securestack::test
