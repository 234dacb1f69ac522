// What two parsers could read in two ways is refused.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http_head_fixture.hpp"

namespace securestack::test {
namespace {

using namespace std::string_literals;

std::vector<BadHead> bad_request_lines() {
    return {
        {"no target", line("GET HTTP/1.1")},
        {"no version: HTTP/0.9", line("GET /")},
        {"method alone", line("GET")},
        {"empty request line", "\r\n\r\n"},
        {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"space first", line(" GET / HTTP/1.1")},
        {"tab first", line("\tGET / HTTP/1.1")},
        {"space last", line("GET / HTTP/1.1 ")},
        {"two spaces after the method", line("GET  / HTTP/1.1")},
        {"two spaces after the target", line("GET /  HTTP/1.1")},
        {"tab after the method", line("GET\t/ HTTP/1.1")},
        {"tab after the target", line("GET /\tHTTP/1.1")},
        {"vertical tab between", line("GET\v/ HTTP/1.1")},
        {"space in the target", line("GET /a b HTTP/1.1")},
        {"lower-case method", line("get / HTTP/1.1")},
        {"mixed-case method", line("Get / HTTP/1.1")},
        {"method with a bracket", line("G[T / HTTP/1.1")},
        {"method with a colon", line("GET: / HTTP/1.1")},
        {"method with NUL", line("GE\0T / HTTP/1.1"s)},
        {"method with a byte over 127", line("G\xc9T / HTTP/1.1")},
        {"CONNECT", line("CONNECT a:443 HTTP/1.1"), ErrorCode::method_not_allowed},
        {"lower-case version", line("GET / http/1.1")},
        {"version with one digit", line("GET / HTTP/1")},
        {"version with three digits", line("GET / HTTP/1.10")},
        {"version without a slash", line("GET / HTTP1.1")},
        {"version with a space", line("GET / HTTP/ 1.1")},
        {"version with a comma", line("GET / HTTP/1,1")},
        {"another protocol", line("GET / HTTPS/1.1")},
        {"HTTP/1.2", line("GET / HTTP/1.2"), ErrorCode::version_not_supported},
        {"HTTP/0.9 stated", line("GET / HTTP/0.9"), ErrorCode::version_not_supported},
        {"HTTP/2.0", line("GET / HTTP/2.0"), ErrorCode::version_not_supported},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ErrorCode::version_not_supported},
        {"TLS hello on a plain port", "\x16\x03\x01\x02\x00\x01"s},
        {"NUL first", "\0GET / HTTP/1.1\r\n"s},
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {"bare CR in the request line", line("GET /\r HTTP/1.1")},
        {"bare CR after the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n"},
    };
}

std::vector<BadHead> bad_targets() {
    return {
        {"no slash", target("servers")},
        {"authority-form", target("a:80")},
        {"asterisk for GET", target("*")},
        {"fragment", target("/a#b")},
        {"fragment in the query", target("/a?b#c")},
        {"escape cut short", target("/a%2")},
        {"escape alone", target("/a%")},
        {"escape without hex digits", target("/%zz")},
        {"escape with one hex digit", target("/%2g")},
        {"escape in the query cut short", target("/a?b=%4")},
        {"byte over 127", target("/caf\xc3\xa9")},
        {"byte over 127 in the query", target("/?q=\xff")},
        {"NUL", target("/a\0b"s)},
        {"DEL", target("/a\x7f")},
        {"backslash", target("/a\\b")},
        {"quote", target("/\"a\"")},
        {"angle brackets", target("/<a>")},
        {"caret", target("/^")},
        {"other scheme", target("ftp://a/")},
        {"scheme without authority", target("http:///x")},
        {"scheme alone", target("http://")},
        {"user information", target("http://u@a/")},
        {"authority that is not the host", target("http://b/")},
        {"absolute-form with a bad port", target("http://a:99999/")},
        {"absolute-form with a fragment", target("http://a/#x")},
        {"target too long", target("/" + std::string(8192, 'x')), ErrorCode::uri_too_long},
        {"target too long, no end in sight", "GET /" + std::string(9000, 'x'), ErrorCode::uri_too_long},
    };
}

std::vector<BadHead> bad_hosts() {
    return {
        {"no Host", "GET / HTTP/1.1\r\n\r\n"},
        {"two Hosts", get("Host: b\r\n")},
        {"two equal Hosts", get("Host: a\r\n")},
        {"two Hosts, other case", get("HOST: a\r\n")},
        {"two Hosts on HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
        {"empty Host", host("")},
        {"blank Host", host("  ")},
        {"Host with user information", host("u@a")},
        {"Host with a path", host("a/b")},
        {"Host with a space", host("a b")},
        {"Host list", host("a, b")},
        {"Host with a bad port", host("a:b")},
        {"Host with a port too large", host("a:65536")},
        {"Host with a negative port", host("a:-1")},
        {"Host with two ports", host("a:1:2")},
        {"Host with only a port", host(":80")},
        {"Host with an open bracket", host("[::1")},
        {"Host with an address without brackets", host("::1")},
        {"Host with a bad address", host("[::g]")},
        {"Host with IPv4 in brackets", host("[127.0.0.1]")},
        {"Host with text behind the bracket", host("[::1]x")},
        {"Host with a percent sign", host("a%00")},
        {"Host with a byte over 127", host("caf\xc3\xa9")},
        {"Host with a backslash", host("a\\b")},
        {"Host too long", host(std::string(256, 'a'))},
    };
}

std::vector<BadHead> bad_fields() {
    return {
        {"space before the colon", get("X: 1\r\nY : 2\r\n")},
        {"tab before the colon", get("Y\t: 2\r\n")},
        {"space before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        {"folded line", get("X: 1\r\n 2\r\n")},
        {"folded line by tab", get("X: 1\r\n\t2\r\n")},
        {"folded blank line", get("X: 1\r\n \r\n")},
        {"no colon", get("X\r\n")},
        {"empty name", get(": x\r\n")},
        {"space in a name", get("X Y: 1\r\n")},
        {"bracket in a name", get("X[]: 1\r\n")},
        {"slash in a name", get("X/Y: 1\r\n")},
        {"quote in a name", get("\"X\": 1\r\n")},
        {"NUL in a name", get("X\0: 1\r\n"s)},
        {"byte over 127 in a name", get("X\xe9: 1\r\n")},
        {"NUL in a value", get("X: a\0b\r\n"s)},
        {"BEL in a value", get("X: a\x07\r\n")},
        {"vertical tab in a value", get("X: a\vb\r\n")},
        {"DEL in a value", get("X: a\x7f\r\n")},
        {"bare CR in a value", get("X: a\rb\r\n")},
        {"bare CR before CR LF", get("X: a\r\r\n")},
        {"bare LF in a value", get("X: a\nY: b\r\n")},
        {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
        {"LF LF", "GET / HTTP/1.1\nHost: a\n\n"},
        {"header block too large", get("X: " + std::string(17000, 'x') + "\r\n"),
         ErrorCode::header_too_large},
        {"header block too large, no end in sight", "GET / HTTP/1.1\r\nX: " + std::string(17000, 'x'),
         ErrorCode::header_too_large},
        {"too many fields", get([] {
             std::string many;
             for (int i = 0; i < 101; ++i) many += "X: 1\r\n";
             return many;
         }()),
         ErrorCode::header_too_large},
        {"Connection with a bad token", get("Connection: cl ose\r\n")},
        {"unknown expectation", post("Expect: 200-ok\r\n")},
    };
}

std::vector<BadHead> bad_framing() {
    auto const length = [](std::string const& value) { return post("Content-Length: " + value + "\r\n"); };
    auto const coding = [](std::string const& value) { return post("Transfer-Encoding: " + value + "\r\n"); };
    return {
        {"length with plus", length("+1")},
        {"length with minus", length("-1")},
        {"length in hex", length("0x1")},
        {"length with a fraction", length("1.0")},
        {"length with an exponent", length("1e1")},
        {"length with a space inside", length("1 1")},
        {"length with letters behind", length("1a")},
        {"length empty", length("")},
        {"length list", length("1, 1")},
        {"length list of different", length("1,2")},
        {"length over 63 bits", length("9223372036854775808")},
        {"length over 64 bits", length("18446744073709551616")},
        {"length with separators", length("1_000")},
        {"length in quotes", length("\"1\"")},
        {"two equal lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n")},
        {"two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n")},
        {"two lengths, other case", post("Content-Length: 1\r\ncontent-length: 1\r\n")},
        {"length and chunked", post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")},
        {"chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")},
        {"chunked and length zero", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")},
        {"chunked twice", coding("chunked, chunked")},
        {"chunked in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
        {"chunked, then identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
        {"identity", coding("identity")},
        {"gzip alone", coding("gzip")},
        {"chunked not last", coding("chunked, gzip")},
        {"gzip, chunked", coding("gzip, chunked")},
        {"coding empty", coding("")},
        {"coding only a comma", coding(",")},
        {"chunked with a comma behind", coding("chunked,")},
        {"chunked with a comma before", coding(",chunked")},
        {"chunked with a parameter", coding("chunked;q=1")},
        {"chunked in quotes", coding("\"chunked\"")},
        {"xchunked", coding("xchunked")},
        {"chunked with a letter behind", coding("chunkedx")},
        {"chunked after a vertical tab", coding("\vchunked")},
        {"chunked before NUL", coding("chunked\0"s)},
        {"chunked in two words", coding("chun ked")},
        {"chunked with space before the colon", post("Transfer-Encoding : chunked\r\n")},
        {"chunked on a folded line", post("Transfer-Encoding:\r\n chunked\r\n")},
        {"chunked on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"chunked behind a bare CR", post("X: y\rTransfer-Encoding: chunked\r\n")},
        {"chunked behind a bare LF", post("X: y\nTransfer-Encoding: chunked\r\n")},
    };
}

class RefusedHead : public testing::TestWithParam<BadHead> {};

TEST_P(RefusedHead, HasItsProblem) {
    auto const& bad = GetParam();

    auto const head = read(bad.bytes);

    ASSERT_FALSE(head) << bad.why;
    EXPECT_EQ(head.error().code, bad.code) << bad.why << ": " << head.error().detail;
    EXPECT_FALSE(head.error().detail.empty());
}

TEST_P(RefusedHead, IsRefusedByteByByteToo) {
    auto const& bad = GetParam();
    HeadLimits const limits;
    std::size_t scanned = 0;
    std::size_t end = 0;
    bool refused = false;

    for (std::size_t size = 1; size <= bad.bytes.size() && end == 0 && !refused; ++size) {
        auto const found = find_head_end(std::string_view{bad.bytes}.substr(0, size), limits, scanned);
        refused = !found;
        if (found) end = *found;
    }
    if (end != 0) refused = !parse_head(std::string_view{bad.bytes}.substr(0, end), limits);

    EXPECT_TRUE(refused) << bad.why;
}

// Values are looked at a machine word at a time.
TEST(FieldValue, HoldsNoControlCharacterAnywhere) {
    for (std::size_t at = 1; at < 19; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            auto const c = static_cast<char>(byte);
            std::string value(20, 'v');
            value[at] = c;
            auto const bytes = get("X-Long: " + value + "\r\n");
            bool const sound = byte >= 0x20 ? byte != 0x7f : c == '\t';
            EXPECT_EQ(read(bytes).has_value(), sound) << "byte " << byte << " at " << at;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(RequestLine, RefusedHead, testing::ValuesIn(bad_request_lines()));
INSTANTIATE_TEST_SUITE_P(Target, RefusedHead, testing::ValuesIn(bad_targets()));
INSTANTIATE_TEST_SUITE_P(Host, RefusedHead, testing::ValuesIn(bad_hosts()));
INSTANTIATE_TEST_SUITE_P(Fields, RefusedHead, testing::ValuesIn(bad_fields()));
INSTANTIATE_TEST_SUITE_P(Framing, RefusedHead, testing::ValuesIn(bad_framing()));

}  // namespace
}  // namespace securestack::test
