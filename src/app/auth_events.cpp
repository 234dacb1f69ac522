#include "app/auth_events.hpp"

#include <boost/json/parse.hpp>

#include "http/route.hpp"

namespace securestack {
namespace {

constexpr std::size_t longest_name = 254;
constexpr std::size_t longest_body = 4 * 1024;  // a longer one is read once, and not for a log line again

// The name that was typed; empty when the body holds none.
std::string typed_username(std::string const& body) {
    if (body.size() > longest_body) return {};
    boost::system::error_code error;
    auto const document = boost::json::parse(body, error);
    if (error || !document.is_object()) return {};
    auto const* name = document.as_object().if_contains("username");
    if (!name || !name->is_string()) return {};
    return std::string{name->get_string()}.substr(0, longest_name);
}

std::string_view reason_for(int status) {
    switch (status) {
        case 401:
            return "bad_credentials";
        case 429:
            return "rate_limited";
        default:
            return status >= 500 || status == 0 ? "unavailable" : "bad_request";
    }
}

}  // namespace

void log_login(Log& log, Exchange const& exchange) {
    auto const* route = exchange.route;
    if (!exchange.request || !route || route->method != Method::post || route->pattern != "/api/auth/login")
        return;
    auto const success = exchange.status >= 200 && exchange.status < 300;
    if (!log.enabled(success ? LogLevel::info : LogLevel::warn)) return;
    auto const& request = *exchange.request;
    auto const looked_at = success || exchange.status == 401;
    auto const user = looked_at ? typed_username(request.body) : std::string{};
    auto const address = request.client.to_string();
    if (success) {
        log.info(
            "auth.login",
            {{"outcome", "success"}, {"user", user}, {"source_ip", address}, {"request_id", request.id}});
    } else {
        log.warn("auth.login", {{"outcome", "failure"},
                                {"user", user},
                                {"source_ip", address},
                                {"request_id", request.id},
                                {"reason", reason_for(exchange.status)}});
    }
}

}  // namespace securestack
