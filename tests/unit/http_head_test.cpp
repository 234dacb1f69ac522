// What a head says, when it is one.
#include <string>

#include <gtest/gtest.h>

#include "http_head_fixture.hpp"

namespace securestack::test {
namespace {

TEST(Head, AMethodThatThisServerDoesNotHaveIsNoFaultOfFraming) {
    for (auto const* method : {"BREW", "PROPFIND", "TRACE"}) {
        auto const bytes = line(std::string{method} + " / HTTP/1.1");

        auto const head = read(bytes);

        ASSERT_TRUE(head) << method;
        EXPECT_EQ(head->method, Method::other) << method;
    }
}

TEST(Head, IsReadWhole) {
    std::string const bytes =
        "POST /api/servers?limit=2&q=a|b HTTP/1.1\r\nhost: example.org:8000\r\nContent-Length:  12 \r\n"
        "X-Empty:\r\nUser-Agent: \tcaf\xc3\xa9 \r\n\r\nrest";

    auto const head = read(bytes);

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->method, Method::post);
    EXPECT_EQ(head->target, "/api/servers?limit=2&q=a|b");
    EXPECT_EQ(head->path, "/api/servers");
    EXPECT_EQ(head->query, "limit=2&q=a|b");
    EXPECT_EQ(head->host, "example.org:8000");
    EXPECT_EQ(head->content_length, 12U);
    EXPECT_TRUE(head->keep_alive);
    ASSERT_EQ(head->fields.size(), 4U);
    EXPECT_EQ(head->fields[2].value, "");
    EXPECT_EQ(head->fields[3].value, "caf\xc3\xa9");
}

TEST(Head, OneEmptyLineBeforeItIsForgiven) {
    auto const bytes = "\r\n" + get("");

    auto const head = read(bytes);

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->path, "/");
}

TEST(Head, EndsWhereTheBlankLineEnds) {
    auto const bytes = get("") + get("");
    HeadLimits const limits;
    std::size_t scanned = 0;

    auto const end = find_head_end(bytes, limits, scanned);

    ASSERT_TRUE(end);
    EXPECT_EQ(*end, get("").size());
}

TEST(Head, NeedsMoreUntilItsLastByte) {
    auto const bytes = get("X: y\r\n");
    HeadLimits const limits;
    std::size_t scanned = 0;

    for (std::size_t size = 1; size < bytes.size(); ++size) {
        auto const end = find_head_end(std::string_view{bytes}.substr(0, size), limits, scanned);
        ASSERT_TRUE(end);
        ASSERT_EQ(*end, 0U) << size;
    }

    EXPECT_EQ(*find_head_end(bytes, limits, scanned), bytes.size());
}

TEST(Head, AbsoluteFormGivesPathAndAuthority) {
    std::string const bytes = "GET HTTP://A:80?x=1 HTTP/1.1\r\nHost: a:80\r\n\r\n";

    auto const head = read(bytes);

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->path, "/");
    EXPECT_EQ(head->query, "x=1");
}

TEST(Head, AsteriskIsForOptions) {
    auto const bytes = line("OPTIONS * HTTP/1.1");

    auto const head = read(bytes);

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->path, "*");
}

TEST(Head, HostsOfEveryFormAreTaken) {
    for (auto const* name :
         {"a", "example.org", "example.org:443", "127.0.0.1:8000", "[::1]", "[2001:db8::1]:443", "a_b:"}) {
        auto const bytes = host(name);
        EXPECT_TRUE(read(bytes)) << name;
    }
}

struct Persistence {
    std::string bytes;
    bool keep_alive;
};
class KeepAlive : public testing::TestWithParam<Persistence> {};

TEST_P(KeepAlive, FollowsVersionAndConnection) {
    auto const head = read(GetParam().bytes);

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->keep_alive, GetParam().keep_alive) << GetParam().bytes;
}

std::string old(std::string const& fields) {
    return "GET / HTTP/1.0\r\n" + fields + "\r\n";
}
INSTANTIATE_TEST_SUITE_P(
    Head, KeepAlive,
    testing::Values(Persistence{get(""), true}, Persistence{get("Connection: close\r\n"), false},
                    Persistence{get("Connection: Upgrade, CLOSE\r\n"), false},
                    Persistence{get("Connection: ,keep-alive,\r\n"), true},
                    Persistence{get("Connection: close\r\nConnection: keep-alive\r\n"), false},
                    Persistence{old(""), false}, Persistence{old("Connection: Keep-Alive\r\n"), true},
                    Persistence{old("Connection: x-other\r\nConnection: keep-alive\r\n"), true},
                    Persistence{old("Connection: keep-alive, close\r\n"), false}));

TEST(Head, ExpectContinueIsForHttp11) {
    auto const new_bytes = post("Content-Length: 1\r\nExpect: 100-Continue\r\n");
    std::string const old_bytes = "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";

    auto const now = read(new_bytes);
    auto const then = read(old_bytes);

    ASSERT_TRUE(now && then);
    EXPECT_TRUE(now->expect_continue);
    EXPECT_FALSE(then->expect_continue);
}

}  // namespace
}  // namespace securestack::test
