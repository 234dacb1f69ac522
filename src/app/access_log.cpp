#include "app/access_log.hpp"

#include <string>

#include "core/id.hpp"
#include "http/route.hpp"

namespace securestack {
namespace {

bool is_probe(std::string_view path) {
    return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

LogLevel level_of(Exchange const& exchange) {
    if (exchange.status >= 500 || exchange.status == 0) return LogLevel::warn;
    return exchange.status < 400 && is_probe(exchange.request->path) ? LogLevel::debug : LogLevel::info;
}

// Nothing that opens a door: neither a path that is a secret nor what may be one, spelt wrongly.
std::string path_of(Exchange const& exchange) {
    if (exchange.route == nullptr) return without_ids(exchange.request->path);
    return exchange.route->path_is_secret ? exchange.route->pattern : exchange.request->path;
}

}  // namespace

void log_request(Log& log, Exchange const& exchange) {
    if (exchange.request == nullptr) return;
    auto const level = level_of(exchange);
    if (!log.enabled(level)) return;
    auto const& request = *exchange.request;
    auto const route = exchange.route ? std::string_view{exchange.route->pattern} : std::string_view{};
    auto const path = path_of(exchange);
    auto const client = request.client.to_string();
    auto const user = exchange.user.is_nil() ? std::string{} : exchange.user.to_string();
    log.write(level, "http.request",
              {{"method", to_string(request.method)},
               {"path", path},
               {"route", route},
               {"status", exchange.status},
               {"bytes", exchange.bytes},
               {"complete", exchange.complete},
               {"duration_ms", std::chrono::duration<double, std::milli>(exchange.took).count()},
               {"request_id", request.id},
               {"client_ip", client},
               {"user_id", user}});
}

}  // namespace securestack
