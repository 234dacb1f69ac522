#include "app/auth_events.hpp"

#include <boost/json/parse.hpp>

namespace securestack {
namespace {

// The name that was typed; empty when the body holds none.
std::string typed_username(std::string const& body) {
    boost::system::error_code error;
    auto const document = boost::json::parse(body, error);
    if (error || !document.is_object()) return {};
    auto const* name = document.as_object().if_contains("username");
    return name && name->is_string() ? std::string{name->get_string()} : std::string{};
}

std::string_view reason_for(int status) {
    switch (status) {
        case 401:
            return "bad_credentials";
        case 429:
            return "rate_limited";
        default:
            return status >= 500 ? "unavailable" : "bad_request";
    }
}

}  // namespace

void log_login(Log& log, Request const& request, Route const* route, Response const& response) {
    if (!route || route->pattern != "/api/auth/login" || route->method != Method::post) return;
    auto const success = response.status < 300;
    auto const level = success ? LogLevel::info : LogLevel::warn;
    if (!log.enabled(level)) return;
    auto const user = typed_username(request.body).substr(0, 254);
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
                                {"reason", reason_for(response.status)}});
    }
}

}  // namespace securestack
