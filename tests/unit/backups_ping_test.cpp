#include <gtest/gtest.h>

#include "backups/log_text.hpp"
#include "backups/ping.hpp"
#include "backups/ping_limiter.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;

constexpr auto uuid = "5f0c52a8-0c1f-4d0c-8b0c-2f6b8c1d9e3a";
constexpr auto other = "0190f0c5-2a80-7c1f-8d0c-8b0c2f6b8c1d";

int status(std::string_view key, std::string_view action, std::string_view query) {
    auto const ping = parse_ping(key, action, query);
    return ping ? 200 : ping.error().status();
}

TEST(Ping, WithoutAnActionIsASuccess) {
    auto const ping = parse_ping(uuid, "", "").value();

    EXPECT_EQ(ping.key, Id::parse(uuid));
    EXPECT_EQ(ping.signal, Signal::success);
    EXPECT_FALSE(ping.exit_code);
    EXPECT_FALSE(ping.rid);
}

TEST(Ping, HasTheActionsOfHealthchecks) {
    EXPECT_EQ(parse_ping(uuid, "start", "").value().signal, Signal::start);
    EXPECT_EQ(parse_ping(uuid, "fail", "").value().signal, Signal::fail);
    EXPECT_EQ(parse_ping(uuid, "log", "").value().signal, Signal::log);
    EXPECT_EQ(status(uuid, "stop", ""), 404);
    EXPECT_EQ(status(uuid, "START", ""), 404);
}

TEST(Ping, AnExitCodeOfZeroIsASuccessAndAnyOtherAFailure) {
    auto const good = parse_ping(uuid, "0", "").value();
    auto const bad = parse_ping(uuid, "255", "").value();

    EXPECT_EQ(good.signal, Signal::success);
    EXPECT_EQ(good.exit_code, 0);
    EXPECT_EQ(bad.signal, Signal::fail);
    EXPECT_EQ(bad.exit_code, 255);
}

TEST(Ping, RefusesExitCodesThatThereAreNot) {
    EXPECT_EQ(status(uuid, "256", ""), 400);
    EXPECT_EQ(status(uuid, "99999999999999999999", ""), 400);
    EXPECT_EQ(status(uuid, "-1", ""), 404);
    EXPECT_EQ(status(uuid, "1.5", ""), 404);
}

TEST(Ping, OfNoUuidIsUnknown) {
    EXPECT_EQ(status("nonsense", "", ""), 404);
    EXPECT_EQ(status("", "", ""), 404);
}

TEST(Ping, PairsByRid) {
    EXPECT_EQ(parse_ping(uuid, "start", std::string{"rid="} + other).value().rid, Id::parse(other));
    EXPECT_EQ(parse_ping(uuid, "", std::string{"create=1&rid="} + other).value().rid, Id::parse(other));
    EXPECT_EQ(status(uuid, "", "rid=1"), 400);
    EXPECT_EQ(status(uuid, "", "rid="), 400);
    EXPECT_EQ(status(uuid, "", "rid=%zz"), 400);
    EXPECT_EQ(status(uuid, "", "m=hello&x"), 200);
}

TEST(Ping, SaysWhatTheRunDid) {
    auto const begun = report_of(parse_ping(uuid, "start", "").value(), "");
    auto const failed = report_of(parse_ping(uuid, "3", "").value(), "no space left");

    EXPECT_EQ(begun.state, ReportedState::running);
    EXPECT_EQ(failed.state, ReportedState::failed);
    EXPECT_EQ(failed.exit_code, 3);
    EXPECT_EQ(failed.log_tail, "no space left");
}

TEST(ReadableTail, KeepsTheEndInWholeCharacters) {
    EXPECT_EQ(readable_tail("abcdef", 3), "def");
    EXPECT_EQ(readable_tail("a\xC3\xA9", 1), "");
    EXPECT_EQ(readable_tail("\xC3\xA9", 2), "\xC3\xA9");
    EXPECT_EQ(last_bytes("\xE2\x82\xAC!", 3), "!");
}

TEST(ReadableTail, ReplacesWhatIsNoText) {
    EXPECT_EQ(readable_tail(std::string_view{"a\0b", 3}, 10),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(readable_tail("\xFF\xFE", 10), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(readable_tail("\xC0\xAF", 10), "\xEF\xBF\xBD\xEF\xBF\xBD");                 // overlong
    EXPECT_EQ(readable_tail("\xED\xA0\x80", 9), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // surrogate
    EXPECT_EQ(readable_tail("\xF0\x9F\x98\x80 ok", 10), "\xF0\x9F\x98\x80 ok");
}

TEST(ReadableTail, IsNeverLongerThanAsked) {
    std::string const noise(5'000, '\xFF');

    EXPECT_LE(readable_tail(noise, 1'000).size(), 1'000U);
    EXPECT_EQ(readable_tail(noise, 999).size(), 999U);
}

class Limiter : public ::testing::Test {
  protected:
    Time now = from_micros(1'000'000'000'000);
    Id const one = Id::parse(uuid).value();
    Id const two = Id::parse(other).value();
};

TEST_F(Limiter, AdmitsTheRateAndThenSaysHowLongToWait) {
    PingLimiter limiter{Rate{3, 60s}};
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.admit(one, now));

    EXPECT_EQ(limiter.admit(one, now), 20s);
    EXPECT_FALSE(limiter.admit(two, now));
    EXPECT_FALSE(limiter.admit(one, now + 20s));
}

TEST_F(Limiter, WithoutARateAdmitsAll) {
    PingLimiter limiter{std::nullopt};
    for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(limiter.admit(one, now));
}

TEST_F(Limiter, HoldsABoundedNumberOfKeys) {
    PingLimiter limiter{Rate{1, 60s}, 10};
    IdSource ids;
    for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(limiter.admit(ids.make(now), now));
}

TEST_F(Limiter, AClockThatWasSetBackShutsNobodyOutForLong) {
    PingLimiter limiter{Rate{1, 60s}};
    limiter.admit(one, now + std::chrono::days{300});

    EXPECT_LE(limiter.admit(one, now).value_or(0s), 60s);
    EXPECT_FALSE(limiter.admit(one, now + 60s));
}

}  // namespace
}  // namespace securestack
