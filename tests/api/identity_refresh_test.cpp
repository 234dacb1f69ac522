// Refresh tokens: each good for one use, and the use of an old one ends it all.
#include <set>
#include <thread>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

using std::chrono::seconds;

class RefreshToken : public IdentityTest {
  protected:
    RefreshToken() : IdentityTest(4) {}

    std::int64_t live_leaves() {
        return number(
            "SELECT count(*) FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id "
            "WHERE r.used_at IS NULL AND s.ended_at IS NULL");
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, RefreshToken, each_engine, engine_name);

TEST_P(RefreshToken, GivesANewPair) {
    auto const first = newcomer("bob");

    auto const second = refresh(first.text("/refresh"));

    EXPECT_EQ(second.status, 200) << second.body;
    EXPECT_NE(second.text("/refresh"), first.text("/refresh"));
    EXPECT_EQ(status_of(second.text("/access")), 200);
    EXPECT_EQ(live_leaves(), 1);
}

TEST_P(RefreshToken, IsAnsweredWithTheSameSuccessorToAClientThatLostTheAnswer) {
    auto const first = newcomer("bob").text("/refresh");
    auto const lost = refresh(first);

    app().clock.advance(seconds{9});
    auto const again = refresh(first);

    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.text("/refresh"), lost.text("/refresh"));
    EXPECT_EQ(refresh(again.text("/refresh")).status, 200);
}

TEST_P(RefreshToken, EndsTheSessionWhenItIsUsedAgainLater) {
    auto const first = newcomer("bob").text("/refresh");
    auto const second = refresh(first);

    app().clock.advance(seconds{11});

    EXPECT_EQ(refresh(first).status, 401);
    EXPECT_EQ(refresh(second.text("/refresh")).status, 401);
    EXPECT_EQ(status_of(second.text("/access")), 401);
    EXPECT_EQ(records("session.reuse", "denied"), 1);
}

TEST_P(RefreshToken, AGrandparentEndsEveryDescendantAtOnce) {
    auto const first = newcomer("bob");
    auto const second = refresh(first.text("/refresh"));
    auto const third = refresh(second.text("/refresh"));

    EXPECT_EQ(refresh(first.text("/refresh")).status, 401);

    for (auto const* tokens : {&first, &second, &third}) {
        EXPECT_EQ(status_of(tokens->text("/access")), 401);
        EXPECT_EQ(refresh(tokens->text("/refresh")).status, 401);
    }
    EXPECT_EQ(live_leaves(), 0);
}

TEST_P(RefreshToken, ReuseLeavesTheUsersOtherSessionsAlone) {
    auto const first = newcomer("bob");
    auto const other = log_in("bob");
    refresh(refresh(first.text("/refresh")).text("/refresh"));

    refresh(first.text("/refresh"));

    EXPECT_EQ(status_of(other.text("/access")), 200);
    EXPECT_EQ(refresh(other.text("/refresh")).status, 200);
}

TEST_P(RefreshToken, TwentyAtOnceLeaveOneLiveLeaf) {
    auto token = newcomer("bob").text("/refresh");
    for (int round = 0; round < 5; ++round) {
        std::vector<Answer> answers(20);
        {
            std::vector<std::jthread> threads;
            for (auto& answer : answers) threads.emplace_back([&] { answer = refresh(token); });
        }

        std::set<std::string> successors;
        for (auto const& answer : answers) {
            ASSERT_EQ(answer.status, 200) << answer.body;
            successors.insert(answer.text("/refresh"));
        }
        ASSERT_EQ(successors.size(), 1U);
        ASSERT_EQ(live_leaves(), 1);
        token = *successors.begin();
    }
}

TEST_P(RefreshToken, AllEndThirtyDaysAfterTheLogin) {
    auto token = newcomer("bob").text("/refresh");
    for (int day = 0; day < 29; ++day) {
        app().clock.advance(std::chrono::days{1});
        token = refresh(token).text("/refresh");
    }

    app().clock.advance(std::chrono::days{1});

    EXPECT_EQ(refresh(token).status, 401);
}

TEST_P(RefreshToken, IsNotStored) {
    auto const tokens = newcomer("bob");
    auto const token = tokens.text("/refresh");
    refresh(token);

    EXPECT_EQ(number("SELECT count(*) FROM refresh_tokens WHERE digest IS NOT NULL"), 2);
    app().database().read_now([&](Tx& tx) {
        tx.query("SELECT digest FROM refresh_tokens", {}, [&](Row const& row) {
            EXPECT_EQ(row.bytes(0).size(), 32U);
            EXPECT_EQ(token.find(text_of(row.bytes(0))), std::string::npos);
        });
    });
}

TEST_P(RefreshToken, NothingElsePassesForOne) {
    auto const tokens = newcomer("bob");

    EXPECT_EQ(refresh(tokens.text("/access")).status, 401);
    EXPECT_EQ(refresh("ssr_" + std::string(43, 'A')).status, 401);
    EXPECT_EQ(refresh("x").status, 401);
    EXPECT_EQ(anonymous().post("/api/auth/refresh", "{}").status, 422);
}

class Logout : public IdentityTest {};
INSTANTIATE_TEST_SUITE_P(Engines, Logout, each_engine, engine_name);

TEST_P(Logout, EndsTheSessionAtOnce) {
    auto const tokens = newcomer("bob");
    auto const other = log_in("bob");
    EXPECT_EQ(status_of(tokens.text("/access")), 200);

    EXPECT_EQ(log_out(tokens.text("/refresh")).status, 204);

    EXPECT_EQ(status_of(tokens.text("/access")), 401);
    EXPECT_EQ(refresh(tokens.text("/refresh")).status, 401);
    EXPECT_EQ(status_of(other.text("/access")), 200);
    EXPECT_EQ(records("session.logout"), 1);
}

TEST_P(Logout, MayBeRepeated) {
    auto const token = newcomer("bob").text("/refresh");

    EXPECT_EQ(log_out(token).status, 204);
    EXPECT_EQ(log_out(token).status, 204);
    EXPECT_EQ(log_out("x").status, 401);
}

}  // namespace
}  // namespace securestack::test
