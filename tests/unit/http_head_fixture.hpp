// Heads as bytes, good ones and bad ones.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "http/head.hpp"

namespace securestack::test {

struct BadHead {
    char const* why;
    std::string bytes;
    ErrorCode code = ErrorCode::malformed;
};

inline void PrintTo(BadHead const& bad, std::ostream* out) {
    *out << bad.why;
}

inline std::string get(std::string const& fields) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
inline std::string post(std::string const& fields) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
inline std::string line(std::string const& request_line) {
    return request_line + "\r\nHost: a\r\n\r\n";
}
inline std::string target(std::string const& text) {
    return line("GET " + text + " HTTP/1.1");
}
inline std::string host(std::string const& text) {
    return "GET / HTTP/1.1\r\nHost: " + text + "\r\n\r\n";
}

// As a session does: find the end, then parse. The head views into `bytes`.
inline Result<Head> read(std::string&& bytes) = delete;
inline Result<Head> read(std::string const& bytes) {
    HeadLimits const limits;
    std::size_t scanned = 0;
    auto const end = find_head_end(bytes, limits, scanned);
    if (!end) return end.error();
    if (*end == 0) return Problem{ErrorCode::request_timeout, "incomplete"};
    return parse_head(std::string_view{bytes}.substr(0, *end), limits);
}

}  // namespace securestack::test
