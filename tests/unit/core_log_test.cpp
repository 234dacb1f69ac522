#include <limits>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/log.hpp"
#include "core/log_line.hpp"

namespace securestack {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t moment = 1'795'314'300'123'456;  // 2026-11-22T02:25:00.123456Z

std::string json_line(std::initializer_list<LogField> fields) {
    std::string out;
    append_json_line(out, moment, LogLevel::info, "http.request", fields);
    return out;
}

std::string text_line(std::initializer_list<LogField> fields) {
    std::string out;
    detail::append_text_line(out, moment, LogLevel::warn, "http.request", fields, false);
    return out;
}

TEST(JsonLogLine, HasItsTimeLevelEventAndFields) {
    auto const line = json_line({{"status", 200}, {"ok", true}, {"ms", 1.5}, {"path", "/api/servers"}});
    EXPECT_EQ(line, R"({"ts":"2026-11-22T02:25:00.123456Z","level":"info","event":"http.request",)"
                    R"("status":200,"ok":true,"ms":1.5,"path":"/api/servers"})");
}

TEST(JsonLogLine, IsOneLineOfValidJsonWhateverAValueContains) {
    for (auto const value :
         {"a\nb\r\t\"\\"sv, "\0\x1b[31m\x7f"sv, "\xff\xc3("sv, "\xc2\x85\xc2\x9b"sv, "\xe2\x80\xa8"sv,
          "\xe2\x80\xae"sv, "\xf3\xa0\x80\x81"sv, "\xed\xa0\x80"sv, "\xc3"sv}) {
        auto const line = json_line({{"value", value}});
        EXPECT_TRUE(std::ranges::none_of(
            line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
        EXPECT_NO_THROW(boost::json::parse(line)) << line;
    }
}

TEST(JsonLogLine, KeepsReadableUnicodeAndReplacesInvalidBytes) {
    auto const line = json_line({{"value", "caf\xc3\xa9 \xff!"sv}});
    EXPECT_NE(line.find("caf\xc3\xa9 \xef\xbf\xbd!"), std::string::npos);
}

TEST(JsonLogLine, WritesANumberThatJsonDoesNotHaveAsNull) {
    EXPECT_NE(json_line({{"x", std::numeric_limits<double>::quiet_NaN()}}).find(R"("x":null)"),
              std::string::npos);
}

TEST(TextLogLine, QuotesOnlyWhatIsNotAWord) {
    EXPECT_EQ(text_line({{"path", "/a"}, {"agent", "curl 8"}, {"none", ""}, {"n", 3}}),
              R"(2026-11-22T02:25:00.123456Z warn  http.request path=/a agent="curl 8" none="" n=3)");
}

TEST(TextLogLine, LetsNoTerminalEscapeThrough) {
    EXPECT_EQ(text_line({{"x", "\x1b[2J\n"sv}}).find_first_of("\x1b\n"), std::string::npos);
}

TEST(Log, WritesWhatIsAtOrAboveItsLevelToStandardError) {
    ::testing::internal::CaptureStderr();
    {
        auto const log = make_log(LogLevel::info, LogFormat::json);
        log->debug("quiet");
        log->info("first");
        log->warn("second");
    }
    auto const lines = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(lines.find("quiet"), std::string::npos);
    EXPECT_LT(lines.find(R"("event":"first"})"), lines.find(R"("event":"second"})"));
    EXPECT_EQ(std::ranges::count(lines, '\n'), 2);
}

TEST(Log, OffAndNullWriteNothing) {
    EXPECT_FALSE(make_log(LogLevel::off, LogFormat::json)->enabled(LogLevel::error));
    EXPECT_FALSE(make_null_log()->enabled(LogLevel::error));
}

}  // namespace
}  // namespace securestack
