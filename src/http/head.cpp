#include "http/head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string>

#include "core/ascii.hpp"
#include "http/target.hpp"

namespace securestack {
namespace {

using ascii::is_digit;
using ascii::is_token;
using ascii::trim;

constexpr std::string_view line_end = "\r\n";
// Longest method and version with their spaces; what a request line may hold beside its target.
constexpr std::size_t request_line_rest = 64;

// How many bytes at the beginning, in whole machine words, hold no control character. What the subtraction
// borrows can only end it early (Warren, Hacker's Delight, 6-1). Most of a head is one long token.
std::size_t words_without_controls(std::string_view text) {
    constexpr std::uint64_t each_byte = 0x0101010101010101;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        auto const below_space = (word - each_byte * 0x20) & ~word;
        auto const from_del = word ^ (each_byte * 0x7f);
        auto const is_del = (from_del - each_byte) & ~from_del;
        if (((below_space | is_del) & (each_byte * 0x80)) != 0) break;
    }
    return at;
}

bool is_field_text(std::string_view text) {
    text.remove_prefix(words_without_controls(text));
    return std::ranges::none_of(text, [](char c) { return ascii::is_control(c) && c != '\t'; });
}

Problem malformed(std::string detail) {
    return {ErrorCode::malformed, std::move(detail)};
}

// Calls `each` for every element of a comma-separated list (empty ones are skipped); false when one is not a
// token.
template <class Each>
bool for_each_token(std::string_view list, Each const& each) {
    for (;;) {
        auto const comma = list.find(',');
        auto const element = trim(list.substr(0, comma));
        if (!element.empty()) {
            if (!is_token(element)) return false;
            each(element);
        }
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

Result<void> read_version(std::string_view text, Head& head) {
    if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
        !is_digit(text[7])) {
        return malformed("The request line must be METHOD SP TARGET SP HTTP/1.1.");
    }
    if (text[5] != '1' || text[7] > '1') {
        return Problem{ErrorCode::version_not_supported, "This server speaks HTTP/1.1 and HTTP/1.0."};
    }
    head.minor = text[7] - '0';
    head.keep_alive = head.minor == 1;
    return {};
}

Result<void> read_method(std::string_view text, Head& head) {
    if (!is_token(text)) return malformed("The method is not a token.");
    if (std::ranges::any_of(text, ascii::is_lower)) return malformed("Methods are written in capitals.");
    if (text == "CONNECT") {
        Problem problem{ErrorCode::method_not_allowed, "This server is no proxy."};
        problem.allow = all_methods;
        return problem;
    }
    head.method = parse_method(text);
    return {};
}

Result<void> read_request_line(std::string_view line, HeadLimits const& limits, Head& head) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return malformed("The request line must be METHOD SP TARGET SP HTTP/1.1.");
    }
    head.target = line.substr(first + 1, last - first - 1);
    if (head.target.size() > limits.target) {
        return Problem{ErrorCode::uri_too_long,
                       "The request target may have " + std::to_string(limits.target) + " bytes."};
    }
    if (auto read = read_version(line.substr(last + 1), head); !read) return read.error();
    return read_method(line.substr(0, first), head);
}

Result<void> read_content_length(std::string_view value, Head& head) {
    // Identical repeats are refused as well: whoever sends two has a broken or hostile hop before us.
    if (head.content_length) return malformed("Content-Length may appear once.");
    std::uint64_t length = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || !is_digit(value.front()) || error != std::errc{} ||
        end != value.data() + value.size() || length > std::uint64_t{INT64_MAX}) {
        return malformed("Content-Length must be one decimal number.");
    }
    head.content_length = length;
    return {};
}

Result<void> read_transfer_encoding(std::string_view value, Head& head) {
    if (head.chunked) return malformed("Transfer-Encoding may appear once.");
    if (head.minor == 0) return malformed("HTTP/1.0 has no Transfer-Encoding.");
    if (!ascii::equal_ignoring_case(value, "chunked"))
        return malformed("Transfer-Encoding must be exactly \"chunked\".");
    head.chunked = true;
    return {};
}

Result<void> read_connection(std::string_view value, Head& head, bool& close) {
    bool keep_alive = false;
    bool const tokens = for_each_token(value, [&](std::string_view option) {
        close = close || ascii::equal_ignoring_case(option, "close");
        keep_alive = keep_alive || ascii::equal_ignoring_case(option, "keep-alive");
    });
    if (!tokens) return malformed("Connection must be a list of tokens.");
    if (keep_alive && head.minor == 0) head.keep_alive = true;
    return {};
}

Result<void> read_expect(std::string_view value, Head& head) {
    if (!ascii::equal_ignoring_case(value, "100-continue"))
        return malformed("The only expectation is 100-continue.");
    head.expect_continue = head.minor == 1;
    return {};
}

Result<void> interpret(HeadField const& field, Head& head, bool& close) {
    // The length tells most fields apart before their letters are compared.
    switch (field.name.size()) {
        case 4:
            if (!ascii::equal_ignoring_case(field.name, "Host")) break;
            if (!head.host.empty()) return malformed("Host may appear once.");
            if (!is_authority(field.value))
                return malformed("Host must be a host name or address with an optional port.");
            head.host = field.value;
            break;
        case 6:
            if (ascii::equal_ignoring_case(field.name, "Expect")) return read_expect(field.value, head);
            break;
        case 10:
            if (ascii::equal_ignoring_case(field.name, "Connection"))
                return read_connection(field.value, head, close);
            break;
        case 14:
            if (ascii::equal_ignoring_case(field.name, "Content-Length"))
                return read_content_length(field.value, head);
            break;
        case 17:
            if (ascii::equal_ignoring_case(field.name, "Transfer-Encoding"))
                return read_transfer_encoding(field.value, head);
            break;
        default:
            break;
    }
    return {};
}

Result<HeadField> read_field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t')
        return malformed("Folded header lines are not accepted.");
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("A header line must be NAME: VALUE.");
    HeadField const field{line.substr(0, colon), trim(line.substr(colon + 1))};
    if (!is_token(field.name))
        return malformed("A header name must be a token, with the colon right behind it.");
    if (!is_field_text(field.value)) return malformed("A header value holds a control character.");
    return field;
}

Result<void> read_fields(std::string_view lines, HeadLimits const& limits, Head& head) {
    bool close = false;
    while (!lines.empty()) {
        auto const end = lines.find(line_end);
        if (end == std::string_view::npos) return malformed("A header line must end in CR LF.");
        auto const line = lines.substr(0, end);
        lines.remove_prefix(end + line_end.size());
        if (line.empty()) break;
        if (head.fields.size() == limits.fields) {
            return Problem{ErrorCode::header_too_large,
                           "A request may have " + std::to_string(limits.fields) + " header fields."};
        }
        auto const field = read_field(line);
        if (!field) return field.error();
        if (auto read = interpret(*field, head, close); !read) return read.error();
        head.fields.push_back(*field);
    }
    if (!lines.empty()) return malformed("Bytes follow the blank line.");
    if (close) head.keep_alive = false;  // a later "keep-alive" does not take "close" back
    return {};
}

Result<void> check_as_a_whole(Head& head) {
    if (head.host.empty() && head.minor == 1) return malformed("HTTP/1.1 requires one Host header.");
    if (head.chunked && head.content_length) {
        return malformed("Content-Length and Transfer-Encoding may not appear together.");
    }
    auto const target = split_target(head.target);
    if (!target) return target.error();
    if (target->path == "*" && head.method != Method::options)
        return malformed("The target * is for OPTIONS only.");
    if (!target->authority.empty() && !head.host.empty() &&
        !ascii::equal_ignoring_case(target->authority, head.host)) {
        return malformed("Host must be the authority of the target.");
    }
    if (head.host.empty()) head.host = target->authority;
    head.path = target->path;
    head.query = target->query;
    return {};
}

}  // namespace

Result<std::size_t> find_head_end(std::string_view received, HeadLimits const& limits, std::size_t& scanned) {
    // RFC 9112 §2.2: one empty line before the request line is forgiven.
    std::size_t const start = received.starts_with(line_end) ? line_end.size() : 0;
    if (received.size() > start && start == 0 && received[0] != '\r' && !is_token(received.substr(0, 1))) {
        return malformed("This is not an HTTP request.");
    }
    for (;;) {
        auto const newline = received.find('\n', scanned);
        if (newline == std::string_view::npos) break;
        if (newline == 0 || received[newline - 1] != '\r') return malformed("Lines must end in CR LF.");
        scanned = newline + 1;
        if (scanned <= start) continue;
        if (received.find('\n', start) == newline) {
            auto const line = received.substr(start, newline - 1 - start);
            // Without this an HTTP/0.9 client would wait for the deadline.
            if (line.find(" HTTP/") == std::string_view::npos) {
                return malformed("The request line must be METHOD SP TARGET SP HTTP/1.1.");
            }
        }
        if (scanned > limits.block) break;
        if (newline >= start + 3 && received.substr(newline - 3, 4) == "\r\n\r\n") return scanned;
    }
    bool const in_request_line = received.find('\n', start) == std::string_view::npos;
    if (in_request_line && received.size() > limits.target + request_line_rest) {
        return Problem{ErrorCode::uri_too_long,
                       "The request target may have " + std::to_string(limits.target) + " bytes."};
    }
    if (received.size() > limits.block) {
        return Problem{ErrorCode::header_too_large,
                       "The request's header may have " + std::to_string(limits.block) + " bytes."};
    }
    scanned = received.size();
    return std::size_t{0};
}

Result<Head> parse_head(std::string_view block, HeadLimits const& limits) {
    if (block.starts_with(line_end)) block.remove_prefix(line_end.size());
    if (!block.ends_with("\r\n\r\n")) return malformed("The header must end in a blank line.");
    auto const end = block.find(line_end);
    Head head;
    head.fields.reserve(16);
    if (auto read = read_request_line(block.substr(0, end), limits, head); !read) return read.error();
    if (auto read = read_fields(block.substr(end + line_end.size()), limits, head); !read)
        return read.error();
    if (auto checked = check_as_a_whole(head); !checked) return checked.error();
    return head;
}

}  // namespace securestack
