// The bytes in front of a response's body. Pure.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace securestack {

struct ResponseFacts {
    std::string_view request_id = {};
    std::string_view date = {};
    int minor = 1;  // of the request
    bool keep_alive = true;
    bool secure = false;  // adds Strict-Transport-Security
};

// True when RFC 9110 allows a body with this status.
bool may_have_body(int status);

// Appends the status line, the response's own headers (framing headers among them are dropped: they belong to
// the transport) and those that every answer carries. Control characters in a value become spaces.
void append_response_head(std::string& out, Response const& response, ResponseFacts const& facts);

}  // namespace securestack
