// What came of a request: told once, by whoever answered it, for the access log and the metrics.
#pragma once

#include <chrono>
#include <cstdint>

#include "http/message.hpp"

namespace securestack {

struct Exchange {
    Request const* request = nullptr;  // null when its head could not be read
    Route const* route = nullptr;      // null when none matched
    Id user{};                         // nil when anonymous or not known
    int status = 0;                    // as it was sent; 0 when the connection ended before an answer
    std::uint64_t bytes = 0;           // sent, with the head
    bool complete = true;              // false: the connection ended within the answer
    std::chrono::nanoseconds took{};   // from the last byte that came of the request to the answer's last
};

}  // namespace securestack
