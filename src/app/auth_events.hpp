// One log line for every login, in the form that log-driven bans (CrowdSec, fail2ban) are written against:
//   {"ts": …, "level": "warn", "event": "auth.login", "outcome": "failure", "user": "admin",
//    "source_ip": "203.0.113.7", "request_id": …, "reason": "bad_credentials"}
#pragma once

#include "core/log.hpp"
#include "http/exchange.hpp"

namespace securestack {

// Nothing is written for a request that is no login. The name is told when the credentials were looked at.
void log_login(Log& log, Exchange const& exchange);

}  // namespace securestack
