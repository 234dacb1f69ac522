#include <gtest/gtest.h>

#include "core/time.hpp"

namespace securestack {
namespace {

using namespace std::chrono;

struct Form {
    std::string_view text;
    std::string_view canonical;
};

TEST(Time, IsWrittenWithMicrosecondsInUtc) {
    Time const time = sys_days{2026y / November / 22} + 2h + 25min + 123456us;
    EXPECT_EQ(format_time(time), "2026-11-22T02:25:00.123456Z");
}

TEST(Time, BeforeTheEpochIsWrittenAsTheSameCivilTime) {
    EXPECT_EQ(format_time(from_micros(-1)), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(format_time(sys_days{0y / January / 1}), "0000-01-01T00:00:00.000000Z");
}

TEST(Time, OutsideTheWritableYearsBecomesTheNearestInside) {
    EXPECT_EQ(format_time(Time::max()), "9999-12-31T23:59:59.999999Z");
    EXPECT_EQ(format_time(Time::min()), "0000-01-01T00:00:00.000000Z");
}

TEST(Time, EveryRfc3339FormIsRead) {
    for (auto const& [text, canonical] : {
             Form{"2026-11-22T02:25:00Z", "2026-11-22T02:25:00.000000Z"},
             Form{"2026-11-22t02:25:00z", "2026-11-22T02:25:00.000000Z"},
             Form{"2026-11-22T02:25:00.5Z", "2026-11-22T02:25:00.500000Z"},
             Form{"2026-11-22T02:25:00.123456789Z", "2026-11-22T02:25:00.123456Z"},
             Form{"2026-11-22T02:25:00+05:30", "2026-11-21T20:55:00.000000Z"},
             Form{"2026-11-22T02:25:00-00:00", "2026-11-22T02:25:00.000000Z"},
             Form{"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"},
             Form{"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000000Z"},
             Form{"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000000Z"},
         }) {
        auto const time = parse_time(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(format_time(*time), canonical) << text;
    }
}

TEST(Time, AnythingElseIsRefused) {
    for (std::string_view const text : {
             "",
             "2026",
             "2026-11-22",
             "2026-11-22T02:25Z",
             "2026-11-22 02:25:00Z",
             "2026-11-22T02:25:00",
             "2026-13-22T02:25:00Z",
             "2026-00-22T02:25:00Z",
             "2026-11-31T02:25:00Z",
             "2025-02-29T02:25:00Z",
             "2026-11-22T24:00:00Z",
             "2026-11-22T02:60:00Z",
             "2026-11-22T02:25:61Z",
             "2026-11-22T02:25:60Z",
             "2026-11-22T02:25:00.Z",
             "2026-11-22T02:25:00.1234567890Z",
             "2026-11-22T02:25:00+24:00",
             "2026-11-22T02:25:00+0530",
             "2026-11-22T02:25:00Z ",
             " 2026-11-22T02:25:00Z",
             "+026-11-22T02:25:00Z",
             "2026-11-22T-2:25:00Z",
             "0000-01-01T00:00:00+00:01",
             "9999-12-31T23:59:59-00:01",
             "2026-11-22T02:25:00,5Z",
             "２026-11-22T02:25:00Z",
         })
        EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace securestack
