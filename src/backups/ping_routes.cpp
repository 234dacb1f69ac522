#include "backups/ping.hpp"
#include "backups/ping_limiter.hpp"
#include "backups/routes.hpp"
#include "http/router.hpp"

namespace securestack {
namespace {

// A body may be larger than what is kept of it; it is cut, not refused.
constexpr std::size_t longest_body = 16 * 1024 * 1024;

Problem too_often(std::chrono::seconds wait) {
    Problem problem{ErrorCode::too_many_requests, "This task is pinged too often. Try again in a moment."};
    problem.retry_after = wait;
    return problem;
}

Response ok() {
    auto response = text_response(200, "text/plain; charset=utf-8", "OK");
    response.headers.add("Ping-Body-Limit", std::to_string(log_bytes_kept));
    return response;
}

Result<std::optional<Response>> take_ping(Tx& tx, Context const& context, Ping const& ping,
                                          std::chrono::seconds reopen_window) {
    auto const pulse = find_pulse(tx, Sql{}.add("stopped_at IS NULL AND ping_key = ").bind(ping.key));
    if (!pulse || pulse->kind != BackupKind::external)
        return Problem{ErrorCode::not_found, "There is no such ping URL."};
    if (ping.signal == Signal::log) {
        take_log(tx, context, *pulse, ping.rid, context.request.body);
    } else {
        take_report(tx, context, *pulse, report_of(ping, context.request.body), reopen_window);
    }
    return std::optional<Response>{ok()};
}

Route ping_route(Method method, std::string pattern, Backups& backups) {
    Route route{.method = method, .pattern = std::move(pattern), .access = anyone(), .bind = {}};
    route.body_limit = longest_body;
    route.path_is_secret = true;
    route.takes_anything = true;
    route.bind = [&limiter = backups.ping_limiter(), window = backups.settings().reopen_window](
                     Context const& context, PathValues const& path) -> Result<Steps> {
        auto const ping =
            parse_ping(path.at(0), path.size() > 1 ? std::string_view{path[1]} : std::string_view{},
                       context.request.raw_query);
        if (!ping) return ping.error();
        if (auto const wait = limiter.admit(ping->key, context.now)) return too_often(*wait);
        Steps steps;
        steps.push_back({Where::write, [ping = *ping, window](Tx* tx, Context const& at) {
                             return take_ping(*tx, at, ping, window);
                         }});
        return steps;
    };
    auto& doc = route.doc;
    doc.tag = "Pings";
    doc.content_type = "text/plain";
    doc.problems = {404, 429};
    doc.query = {{"rid", "A UUID that pairs the beginning of a run with its end.", false}};
    return route;
}

}  // namespace

void add_ping_routes(Router& router, Backups& backups) {
    for (auto const method : {Method::get, Method::post}) {
        std::string const verb = method == Method::get ? "" : "WithLog";
        router.add(ping_route(method, "/ping/{uuid}", backups))
            .operation("ping" + verb)
            .summary("A backup succeeded")
            .description(
                "Without a credential: the address itself is the secret. A body, of any type, is kept as "
                "the run's log (the last 100,000 bytes of it).");
        router.add(ping_route(method, "/ping/{uuid}/{action}", backups))
            .operation("pingAction" + verb)
            .summary(
                "A backup begins (start), failed (fail), says something (log), or ended with an exit code")
            .description(
                "`action` is `start`, `fail`, `log`, or a number from 0 to 255, of which 0 is success.");
    }
}

}  // namespace securestack
