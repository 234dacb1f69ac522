#include <array>
#include <chrono>
#include <limits>
#include <span>
#include <thread>
#include <unistd.h>

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

// Standard error as a pipe, until the end of the scope.
class PipedStandardError {
  public:
    PipedStandardError() : usual_(::dup(STDERR_FILENO)) {
        if (::pipe(ends_.data()) != 0) throw std::runtime_error("no pipe");
        ::dup2(ends_[1], STDERR_FILENO);
        ::close(ends_[1]);
    }
    ~PipedStandardError() {
        restore();
        ::close(ends_[0]);
        ::close(usual_);
    }
    PipedStandardError(PipedStandardError const&) = delete;
    PipedStandardError& operator=(PipedStandardError const&) = delete;

    void restore() { ::dup2(usual_, STDERR_FILENO); }
    ssize_t read_some(std::span<char> part) { return ::read(ends_[0], part.data(), part.size()); }
    std::string read_all() {
        std::string all;
        std::array<char, 65536> part{};
        for (ssize_t size = 0; (size = read_some(part)) > 0;)
            all.append(part.data(), static_cast<std::size_t>(size));
        return all;
    }

  private:
    int usual_;
    std::array<int, 2> ends_{};
};

TEST(Log, NeverWaitsForAReaderThatStalls) {
    using std::chrono::steady_clock;
    PipedStandardError const pipe;
    auto const begun = steady_clock::now();
    {
        auto const log = make_log(LogLevel::info, LogFormat::json);
        for (int i = 0; i < 100; ++i) log->error("long", {{"text", std::string(200'000, 'x')}});
        EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds{2});
    }
    EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds{10});  // the log gives up in the end
}

TEST(Log, TellsHowManyLinesWereLostBecauseNobodyRead) {
    PipedStandardError pipe;
    std::string lines;
    std::thread reader;
    {
        auto const log = make_log(LogLevel::info, LogFormat::json);
        for (int i = 0; i < 200; ++i) log->info("long", {{"text", std::string(200'000, 'x')}});
        reader = std::thread([&] { lines = pipe.read_all(); });
        log->flush();
        log->info("after");
    }
    pipe.restore();  // the last writer goes: the reader sees the end
    reader.join();
    EXPECT_LT(lines.find(R"("event":"log.dropped")"), lines.find(R"("event":"after")"));
    std::ptrdiff_t told = 0;  // several times when the log's thread was slow to begin
    std::ptrdiff_t lost = 0;
    std::string_view const dropped = R"("event":"log.dropped","lines":)";
    for (auto at = lines.find(dropped); at != std::string::npos; at = lines.find(dropped, at + 1)) {
        ++told;
        lost += std::stoi(lines.substr(at + dropped.size()));
    }
    EXPECT_GT(lost, 0);
    EXPECT_EQ(std::ranges::count(lines, '\n'), 200 - lost + told + 1);  // and "after"
}

TEST(Log, WritesAWarningAtOnce) {
    PipedStandardError pipe;
    auto const log = make_log(LogLevel::info, LogFormat::json);
    auto const begun = std::chrono::steady_clock::now();
    log->warn("urgent");
    std::array<char, 256> part{};
    EXPECT_GT(pipe.read_some(part), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{500});
}

TEST(Log, OffAndNullWriteNothing) {
    EXPECT_FALSE(make_log(LogLevel::off, LogFormat::json)->enabled(LogLevel::error));
    EXPECT_FALSE(make_null_log()->enabled(LogLevel::error));
}

}  // namespace
}  // namespace securestack
