// The head of an HTTP/1.1 request, read strictly (RFC 9112 §2.2, 3, 5-7): whatever two parsers could
// understand in two ways is refused. Pure: no socket, no clock. After any Problem from here the connection
// cannot go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "http/message.hpp"

namespace securestack {

struct HeadLimits {
    std::size_t block = 16 * 1024;  // request line, fields and blank line
    std::size_t target = 8 * 1024;
    std::size_t fields = 100;
};

struct HeadField {
    std::string_view name;
    std::string_view value;  // without the white space around it
};

// Views into the bytes that were parsed.
struct Head {
    Method method = Method::get;
    std::string_view target;  // as received
    std::string_view path;    // of the target, still encoded; "*" for OPTIONS *
    std::string_view query;   // without '?'
    std::string_view host;    // with its port; empty only on HTTP/1.0
    int minor = 1;            // HTTP/1.minor
    std::vector<HeadField> fields;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    bool expect_continue = false;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

// The size of the head at the start of `received`, blank line included; 0 while more bytes are needed.
// Refuses early what cannot become a head. `scanned` starts at 0 and carries the position between calls, so
// that bytes that arrive one by one cost no second look.
Result<std::size_t> find_head_end(std::string_view received, HeadLimits const& limits, std::size_t& scanned);

// `block` is what `find_head_end` measured. `malformed`, or uri_too_long, header_too_large,
// method_not_allowed (CONNECT), version_not_supported.
Result<Head> parse_head(std::string_view block, HeadLimits const& limits);

}  // namespace securestack
