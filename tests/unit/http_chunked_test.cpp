// Bodies in chunks; what two parsers could read in two ways is refused.
#include <string>

#include <gtest/gtest.h>

#include "http/chunked.hpp"
#include "http_head_fixture.hpp"

namespace securestack::test {
namespace {

using namespace std::string_literals;

Result<std::string> decode(std::string const& bytes, std::size_t step, std::size_t limit = 100) {
    ChunkedDecoder decoder{limit};
    std::string body;
    for (std::size_t at = 0; at < bytes.size() && !decoder.done();) {
        auto const taken = decoder.feed(std::string_view{bytes}.substr(at, step), body);
        if (!taken) return taken.error();
        at += *taken;
    }
    if (!decoder.done()) return Problem{ErrorCode::request_timeout, "incomplete"};
    return body;
}

TEST(ChunkedBody, DecodesInPiecesOfAnySize) {
    std::string const bytes =
        "5\r\nhello\r\n00000006;a=\"b\";c\r\n world\r\n1\r\n!\r\n0\r\n\r\nGET / HTTP/1.1";

    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        auto const body = decode(bytes, step);
        ASSERT_TRUE(body) << step << ": " << body.error().detail;
        EXPECT_EQ(*body, "hello world!");
    }
}

TEST(ChunkedBody, TakesNothingBehindItsEnd) {
    ChunkedDecoder decoder{100};
    std::string body;

    auto const taken = decoder.feed("1\r\nx\r\n0\r\n\r\nGET", body);

    ASSERT_TRUE(taken);
    EXPECT_EQ(*taken, 11U);
    EXPECT_TRUE(decoder.done());
}

class RefusedChunks : public testing::TestWithParam<BadHead> {};

TEST_P(RefusedChunks, HaveTheirProblem) {
    for (std::size_t const step : {std::size_t{1}, std::size_t{2}, GetParam().bytes.size()}) {
        auto const body = decode(GetParam().bytes, step);
        ASSERT_FALSE(body) << GetParam().why;
        EXPECT_EQ(body.error().code, GetParam().code) << GetParam().why << ": " << body.error().detail;
    }
}

INSTANTIATE_TEST_SUITE_P(
    ChunkedBody, RefusedChunks,
    testing::Values(BadHead{"no size", "\r\nx\r\n0\r\n\r\n"}, BadHead{"size not hex", "g\r\nx\r\n0\r\n\r\n"},
                    BadHead{"size with 0x", "0x1\r\nx\r\n0\r\n\r\n"},
                    BadHead{"size with plus", "+1\r\nx\r\n0\r\n\r\n"},
                    BadHead{"negative size", "-1\r\nx\r\n0\r\n\r\n"},
                    BadHead{"space before the size", " 1\r\nx\r\n0\r\n\r\n"},
                    BadHead{"space behind the size", "1 \r\nx\r\n0\r\n\r\n"},
                    BadHead{"tab behind the size", "1\t;a\r\nx\r\n0\r\n\r\n"},
                    BadHead{"size of nine digits", "000000001\r\nx\r\n0\r\n\r\n"},
                    BadHead{"size that overflows", "ffffffffffffffff1\r\nx\r\n0\r\n\r\n"},
                    BadHead{"size over the limit", "65\r\n", ErrorCode::content_too_large},
                    BadHead{"sizes over the limit together", "32\r\n" + std::string(50, 'x') + "\r\n33\r\n",
                            ErrorCode::content_too_large},
                    BadHead{"bare LF behind the size", "1\nx\r\n0\r\n\r\n"},
                    BadHead{"bare CR behind the size", "1\rx\r\n0\r\n\r\n"},
                    BadHead{"no CR LF behind the data", "1\r\nx0\r\n\r\n"},
                    BadHead{"data too long", "1\r\nxy\r\n0\r\n\r\n"},
                    BadHead{"bare LF behind the data", "1\r\nx\n0\r\n\r\n"},
                    BadHead{"bare CR behind the data", "1\r\nx\r0\r\n\r\n"},
                    BadHead{"bare LF in an extension", "1;a\nx\r\n0\r\n\r\n"},
                    BadHead{"bare CR in an extension", "1;a\rb\r\nx\r\n0\r\n\r\n"},
                    BadHead{"NUL in an extension", "1;\0\r\nx\r\n0\r\n\r\n"s},
                    BadHead{"byte over 127 in an extension", "1;\xc3\xa9\r\nx\r\n0\r\n\r\n"},
                    BadHead{"extensions without end", "1;" + std::string(5000, 'a') + "\r\nx\r\n0\r\n\r\n"},
                    BadHead{"trailer field", "1\r\nx\r\n0\r\nX: y\r\n\r\n"},
                    BadHead{"length in a trailer", "0\r\nContent-Length: 5\r\n\r\n"},
                    BadHead{"bare LF at the end", "0\r\n\n"}, BadHead{"bare CR at the end", "0\r\n\rG"}));

}  // namespace
}  // namespace securestack::test
