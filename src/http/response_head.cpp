#include "http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/ascii.hpp"

namespace securestack {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};
constexpr std::array reasons{Reason{200, "OK"},
                             Reason{201, "Created"},
                             Reason{202, "Accepted"},
                             Reason{204, "No Content"},
                             Reason{206, "Partial Content"},
                             Reason{301, "Moved Permanently"},
                             Reason{302, "Found"},
                             Reason{303, "See Other"},
                             Reason{304, "Not Modified"},
                             Reason{307, "Temporary Redirect"},
                             Reason{308, "Permanent Redirect"},
                             Reason{400, "Bad Request"},
                             Reason{401, "Unauthorized"},
                             Reason{403, "Forbidden"},
                             Reason{404, "Not Found"},
                             Reason{405, "Method Not Allowed"},
                             Reason{406, "Not Acceptable"},
                             Reason{408, "Request Timeout"},
                             Reason{409, "Conflict"},
                             Reason{410, "Gone"},
                             Reason{412, "Precondition Failed"},
                             Reason{413, "Content Too Large"},
                             Reason{414, "URI Too Long"},
                             Reason{415, "Unsupported Media Type"},
                             Reason{422, "Unprocessable Content"},
                             Reason{429, "Too Many Requests"},
                             Reason{431, "Request Header Fields Too Large"},
                             Reason{500, "Internal Server Error"},
                             Reason{503, "Service Unavailable"},
                             Reason{505, "HTTP Version Not Supported"}};

// RFC 9112 §4: the phrase may be empty, the space before it may not.
std::string_view phrase_of(int status) {
    auto const found = std::ranges::find(reasons, status, &Reason::status);
    return found == reasons.end() ? std::string_view{} : found->phrase;
}

bool is_framing(std::string_view name) {
    return ascii::equal_ignoring_case(name, "Content-Length") ||
           ascii::equal_ignoring_case(name, "Transfer-Encoding") ||
           ascii::equal_ignoring_case(name, "Connection");
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    auto const start = out.size();
    out.append(value);
    for (auto at = start; at < out.size(); ++at) {
        if (ascii::is_control(out[at]) && out[at] != '\t') out[at] = ' ';
    }
    out.append("\r\n");
}

void append_framing(std::string& out, Response const& response, ResponseFacts const& facts) {
    bool const unbounded = response.stream && facts.minor == 0;  // ends with the connection
    if (!may_have_body(response.status) || unbounded) return;
    if (response.stream) {
        out.append("Transfer-Encoding: chunked\r\n");
        return;
    }
    out.append("Content-Length: ");
    append_number(out, response.content().size());
    out.append("\r\n");
}

}  // namespace

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

void append_response_head(std::string& out, Response const& response, ResponseFacts const& facts) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(phrase_of(response.status)).append("\r\n");
    bool dated = false;
    bool identified = false;
    for (auto const& [name, value] : response.headers) {
        if (is_framing(name)) continue;
        dated = dated || ascii::equal_ignoring_case(name, "Date");
        identified = identified || ascii::equal_ignoring_case(name, "X-Request-Id");
        append_field(out, name, value);
    }
    if (!dated) append_field(out, "Date", facts.date);
    if (!identified && !facts.request_id.empty()) append_field(out, "X-Request-Id", facts.request_id);
    if (facts.secure) append_field(out, "Strict-Transport-Security", "max-age=31536000");
    if (!facts.keep_alive) out.append("Connection: close\r\n");
    if (facts.keep_alive && facts.minor == 0) out.append("Connection: keep-alive\r\n");
    append_framing(out, response, facts);
    out.append("\r\n");
}

}  // namespace securestack
