#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduler/cron.hpp"

namespace securestack {

namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Time at(std::string_view text) {
    return parse_time(text).value();
}
TimeZone zone(std::string_view name) {
    return TimeZone::find(name).value();
}
std::string complaint(std::string_view text) {
    auto const schedule = Schedule::parse(text);
    return schedule ? "none" : schedule.error().errors.at(0).detail;
}

struct Case {
    std::string_view schedule;
    std::string_view zone;
    std::string_view after;
    std::vector<std::string_view> slots;
};
void PrintTo(Case const& c, std::ostream* out) {
    *out << c.schedule << " in " << c.zone << " after " << c.after;
}

class Slots : public ::testing::TestWithParam<Case> {};

TEST_P(Slots, Follow) {
    auto const& [schedule, name, after, expected] = GetParam();
    std::vector<std::string> wanted;
    std::vector<std::string> slots;
    for (auto const slot : expected) wanted.push_back(format_time(at(slot)));

    for (auto const slot :
         Schedule::parse(schedule).value().preview(at(after), zone(name), expected.size())) {
        slots.push_back(format_time(slot));
    }

    EXPECT_EQ(slots, wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Plain, Slots,
    ::testing::Values(
        Case{"* * * * *", "UTC", "2026-11-22T02:25:00.5Z", {"2026-11-22T02:26:00Z"}},
        Case{"* * * * *", "UTC", "2026-11-22T02:25:00Z", {"2026-11-22T02:26:00Z"}},
        Case{"*/15 * * * *", "UTC", "2026-11-22T23:44:59Z", {"2026-11-22T23:45:00Z", "2026-11-23T00:00:00Z"}},
        Case{"30 2 * * *",
             "Europe/Paris",
             "2026-11-22T01:29:59.999999Z",
             {"2026-11-22T01:30:00Z", "2026-11-23T01:30:00Z"}},
        Case{"@daily", "America/New_York", "2026-11-22T12:00:00Z", {"2026-11-23T05:00:00Z"}},
        Case{"@hourly",
             "Asia/Kolkata",
             "2026-11-22T12:00:00Z",
             {"2026-11-22T12:30:00Z", "2026-11-22T13:30:00Z"}},
        Case{"0 22 * * 1-5",
             "UTC",
             "2026-11-20T22:00:00Z",  // a Friday
             {"2026-11-23T22:00:00Z"}},
        Case{"0 0 * * 7", "UTC", "2026-11-22T12:00:00Z", {"2026-11-29T00:00:00Z"}},
        Case{"0 0 1 jan,Jul *",
             "UTC",
             "2026-11-22T12:00:00Z",
             {"2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z"}},
        Case{
            "10/20 0 * * *",
            "UTC",
            "2026-11-22T00:00:00Z",
            {"2026-11-22T00:10:00Z", "2026-11-22T00:30:00Z", "2026-11-22T00:50:00Z", "2026-11-23T00:10:00Z"}},
        Case{"0 0 31 * *",
             "UTC",
             "2026-11-22T00:00:00Z",
             {"2026-12-31T00:00:00Z", "2027-01-31T00:00:00Z", "2027-03-31T00:00:00Z"}},
        Case{"0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", {"2104-02-29T00:00:00Z"}},
        Case{"@yearly", "Pacific/Auckland", "2026-12-31T10:59:00Z", {"2026-12-31T11:00:00Z"}},
        Case{"59 23 31 12 *", "UTC", "2026-12-31T23:59:00Z", {"2027-12-31T23:59:00Z"}}));

// Both days restricted: either will do. One that begins with a star: both must.
INSTANTIATE_TEST_SUITE_P(
    DayOfMonthAndOfWeek, Slots,
    ::testing::Values(
        Case{"0 0 13 * 5",
             "UTC",
             "2026-11-01T00:00:00Z",
             {"2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}},
        Case{"0 0 1 * mon", "UTC", "2026-11-30T00:00:00Z", {"2026-12-01T00:00:00Z", "2026-12-07T00:00:00Z"}},
        Case{"0 0 */2 * 5", "UTC", "2026-11-01T00:00:00Z", {"2026-11-13T00:00:00Z", "2026-11-27T00:00:00Z"}},
        Case{"0 0 1-7 * */7", "UTC", "2026-11-01T00:00:00Z", {"2026-12-06T00:00:00Z"}},
        Case{"0 0 29 2 */7", "UTC", "2088-03-01T00:00:00Z", {"2128-02-29T00:00:00Z"}}));

// Paris: 2026-03-29 02:00 becomes 03:00 at 01:00Z. New York: 2026-03-08 02:00 becomes 03:00 at 07:00Z. Lord
// Howe goes by half an hour: 2026-10-04 02:00 becomes 02:30 at 15:30Z the day before.
INSTANTIATE_TEST_SUITE_P(
    SkippedHour, Slots,
    ::testing::Values(Case{"30 2 * * *",
                           "Europe/Paris",
                           "2026-03-28T12:00:00Z",
                           {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
                      Case{"0,30 2,3 * * *",
                           "Europe/Paris",
                           "2026-03-28T12:00:00Z",
                           {"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:00:00Z"}},
                      Case{"0 * * * *",
                           "Europe/Paris",
                           "2026-03-28T23:30:00Z",
                           {"2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
                      Case{"30 2 * * *",
                           "America/New_York",
                           "2026-03-08T00:00:00Z",
                           {"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
                      Case{"15 2 * * *",
                           "Australia/Lord_Howe",
                           "2026-10-03T00:00:00Z",
                           {"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
                      // Samoa had no 30 December 2011 at all.
                      Case{"0 12 30 12 *",
                           "Pacific/Apia",
                           "2011-12-01T00:00:00Z",
                           {"2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"}}));

// Paris: 2026-10-25 03:00 becomes 02:00 at 01:00Z. New York: 2026-11-01 02:00 becomes 01:00 at 06:00Z. Lord
// Howe: 2026-04-05 02:00 becomes 01:30 at 15:00Z the day before.
INSTANTIATE_TEST_SUITE_P(
    DoubledHour, Slots,
    ::testing::Values(Case{"30 2 * * *",
                           "Europe/Paris",
                           "2026-10-24T12:00:00Z",
                           {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
                      Case{"30 2 * * *", "Europe/Paris", "2026-10-25T01:10:00Z", {"2026-10-26T01:30:00Z"}},
                      Case{"*/30 * * * *",
                           "Europe/Paris",
                           "2026-10-25T00:00:00Z",
                           {"2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"}},
                      Case{
                          "45 1 * * *", "America/New_York", "2026-11-01T05:45:00Z", {"2026-11-02T06:45:00Z"}},
                      Case{"45 1 * * *",
                           "Australia/Lord_Howe",
                           "2026-04-04T00:00:00Z",
                           {"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}}));

TEST(Schedule, ThatIsWrongIsToldWhichField) {
    EXPECT_THAT(complaint("60 * * * *"), HasSubstr("minute is wrong"));
    EXPECT_THAT(complaint("* 24 * * *"), HasSubstr("hour is wrong"));
    EXPECT_THAT(complaint("* * 0 * *"), HasSubstr("day of month is wrong"));
    EXPECT_THAT(complaint("* * * 13 *"), HasSubstr("month is wrong"));
    EXPECT_THAT(complaint("* * * * 8"), HasSubstr("day of week is wrong"));
    EXPECT_THAT(complaint("* * * * MONDAY"), HasSubstr("names of three letters"));
    EXPECT_THAT(complaint("* * *"), HasSubstr("this has 3"));
    EXPECT_THAT(complaint("@fortnightly"), HasSubstr("@yearly"));
    EXPECT_THAT(complaint("@reboot"), HasSubstr("@yearly"));
    EXPECT_THAT(complaint(std::string(201, '*')), HasSubstr("200 characters"));
    for (auto const never : {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 feb *"}) {
        EXPECT_THAT(complaint(never), HasSubstr("never comes"));
    }
}

TEST(Schedule, RefusesWhatNoCronReads) {
    for (auto const wrong : {"",
                             " ",
                             "a * * * *",
                             "1, * * * *",
                             ",1 * * * *",
                             "5-1 * * * *",
                             "*/0 * * * *",
                             "*/60 * * * *",
                             "-1 * * * *",
                             "1--2 * * * *",
                             "1-2-3 * * * *",
                             "*-5 * * * *",
                             "1/2/3 * * * *",
                             "/5 * * * *",
                             "001 * * * *",
                             "1.5 * * * *",
                             "* * * * * *",
                             "* * * * fri-sun",
                             "* * L * *",
                             "0 0 ? * *",
                             "+1 * * * *",
                             "* * * * 1#2",
                             "99999999999 * * * *",
                             "* * * * \n",
                             "@",
                             "@daily x"}) {
        EXPECT_FALSE(Schedule::parse(wrong)) << wrong;
    }
}

TEST(Schedule, TakesAnyBlanksBetweenItsFields) {
    EXPECT_TRUE(Schedule::parse("  30\t2  * *   * "));
}

TEST(TimeZone, IsFoundByItsIanaNameOnly) {
    for (auto const name : {"UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
        EXPECT_TRUE(TimeZone::find(name)) << name;
    }
    for (auto const name :
         {"", "Europe", "Europe/Atlantis", "/etc/localtime", "localtime", "../../etc/passwd", "right/UTC",
          "posix/UTC", "file:UTC", "Europe/Paris ", "posixrules", "leapseconds", "Fixed/UTC+05:00:00"}) {
        auto const found = TimeZone::find(name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().errors.at(0).pointer, "/timezone");
    }
}

TEST(TimeZone, KnowsItsOffset) {
    EXPECT_EQ(zone("Europe/Paris").offset(at("2026-07-01T00:00:00Z")), 2h);
    EXPECT_EQ(zone("America/New_York").offset(at("2026-12-01T00:00:00Z")), -5h);
}

// A schedule that some parse accepts, by chance.
std::string any_schedule(std::mt19937& random) {
    static constexpr std::array<std::array<int, 2>, 5> bounds{{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}};
    std::string text;
    for (auto const& [least, most] : bounds) {
        auto const number = [&](int from) { return std::uniform_int_distribution{from, most}(random); };
        auto const low = number(least);
        if (!text.empty()) text += ' ';
        switch (random() % 6) {
            case 0:
                text += std::to_string(low);
                break;
            case 1:
                text += std::to_string(low) + '-' + std::to_string(number(low));
                break;
            case 2:
                text += "*/" + std::to_string(std::max(1, low));
                break;
            case 3:
                text += std::to_string(low) + ',' + std::to_string(number(least));
                break;
            default:
                text += '*';
        }
    }
    return text;
}

TEST(Schedule, AnySlotIsLaterMatchesAndIsTheFirst) {
    std::mt19937 random{20261122};
    std::vector<TimeZone> const zones{zone("UTC"), zone("Europe/Paris"), zone("America/New_York"),
                                      zone("Australia/Lord_Howe"), zone("Pacific/Apia")};
    auto const begin = to_micros(at("2024-01-01T00:00:00Z"));
    auto const end = to_micros(at("2028-01-01T00:00:00Z"));
    int tried = 0;
    while (tried < 3'000) {
        auto const text = any_schedule(random);
        auto const schedule = Schedule::parse(text);
        if (!schedule) continue;
        ++tried;
        auto const& where = zones[random() % zones.size()];
        auto const after = from_micros(std::uniform_int_distribution{begin, end}(random));
        SCOPED_TRACE(text + " after " + format_time(after));

        auto const slot = schedule->next(after, where);

        ASSERT_GT(slot, after);
        // It matches, or it stands at a change of the clocks for what they skipped.
        bool const at_change = where.offset(slot) > where.offset(slot - 1us);
        ASSERT_TRUE(schedule->matches(where.civil(slot)) || at_change);
        ASSERT_EQ(slot, schedule->next(slot - 1us, where));
        // Nothing that matches lies between, but for a second pass.
        auto minute = std::chrono::ceil<std::chrono::minutes>(after + 1us);
        for (int i = 0; i < 600 && minute < slot; ++i, minute += 1min) {
            auto const civil = where.civil(minute);
            ASSERT_TRUE(!schedule->matches(civil) || where.moment(civil) < minute) << format_time(minute);
        }
    }
}

TEST(Schedule, OverTwoYearsEveryLocalSlotRunsOnce) {
    for (auto const name : {"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"}) {
        auto const where = zone(name);
        auto const schedule = Schedule::parse("15 2 * * *").value();
        auto slot = at("2026-01-01T00:00:00Z");
        int slots = 0;
        for (auto const end = slot + std::chrono::days{730}; slot < end; ++slots) {
            auto const following = schedule.next(slot, where);
            if (slots > 0) {
                EXPECT_LE(following - slot, 26h) << name;
                EXPECT_GE(following - slot, 22h) << name;
            }
            slot = following;
        }
        EXPECT_EQ(slots, 731) << name;
    }
}

}  // namespace
}  // namespace securestack
