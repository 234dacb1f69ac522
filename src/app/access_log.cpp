#include "app/access_log.hpp"

namespace securestack {
namespace {

bool is_probe(std::string_view path) {
    return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

}  // namespace

void log_request(Log& log, Request const& request, Route const* route, Principal const* principal,
                 Response const& response, std::chrono::nanoseconds took) {
    auto const level = response.status >= 500                            ? LogLevel::warn
                       : response.status < 400 && is_probe(request.path) ? LogLevel::debug
                                                                         : LogLevel::info;
    if (!log.enabled(level)) return;
    auto const client = request.client.to_string();
    auto const user = principal && !principal->is_anonymous() ? principal->user.to_string() : std::string{};
    log.write(level, "http.request",
              {{"method", to_string(request.method)},
               {"path", request.path},
               {"route", route ? std::string_view{route->pattern} : std::string_view{}},
               {"status", response.status},
               {"duration_ms", std::chrono::duration<double, std::milli>(took).count()},
               {"request_id", request.id},
               {"client_ip", client},
               {"user_id", user}});
}

}  // namespace securestack
