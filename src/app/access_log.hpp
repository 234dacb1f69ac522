// One line for every finished request: what was asked, by whom, what came of it. No query string and no
// header, since both may hold secrets.
#pragma once

#include "core/log.hpp"
#include "http/exchange.hpp"

namespace securestack {

// Probes and scrapes that succeed are told at debug level only; a request whose head could not be read has
// its own line ("http.rejected"), and none here.
void log_request(Log& log, Exchange const& exchange);

}  // namespace securestack
