// One line for every finished request: what was asked, by whom, what came of it. No query string and no
// header, since both may hold secrets.
#pragma once

#include <chrono>

#include "core/log.hpp"
#include "http/message.hpp"
#include "http/route.hpp"

namespace securestack {

// Probes and scrapes that succeed are told at debug level only.
void log_request(Log& log, Request const& request, Route const* route, Principal const* principal,
                 Response const& response, std::chrono::nanoseconds took);

}  // namespace securestack
