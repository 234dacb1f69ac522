#include "http/dispatcher.hpp"

#include "http/dispatch_job.hpp"

namespace securestack {

Dispatcher::Dispatcher(Router const& router, Database& database, Pool& cpu, Authenticator& authenticator,
                       Clock& clock, IdSource& ids, CursorKey cursors, Log& log, DispatchHooks hooks,
                       DispatchLimits limits)
    : router_(router),
      database_(database),
      cpu_(cpu),
      authenticator_(authenticator),
      clock_(clock),
      ids_(ids),
      cursors_(std::move(cursors)),
      log_(log),
      hooks_(std::move(hooks)),
      limits_(limits) {}

void Dispatcher::dispatch(std::shared_ptr<Request> request, Done done) {
    auto job = std::make_shared<Job>(*this, std::move(request), std::move(done));
    job->start();
}

void Dispatcher::screen(std::shared_ptr<Request> request, Screening::Done done) {
    auto const shared = std::make_shared<Screening::Done>(std::move(done));
    auto refused = [shared](Response response) { (*shared)({.refusal = std::move(response)}); };
    auto admitted = [shared](bool known) { (*shared)({.is_known = known}); };
    auto job = std::make_shared<Job>(*this, std::move(request), std::move(refused), std::move(admitted));
    job->start();
}

void Dispatcher::report(Exchange exchange) const {
    if (!hooks_.finished) return;
    if (exchange.route == nullptr && exchange.request != nullptr) {
        auto const match = router_.match(exchange.request->method, exchange.request->path);
        if (match) exchange.route = match->route;
    }
    hooks_.finished(exchange);
}

std::size_t Dispatcher::body_limit(Method method, std::string_view path) const {
    static constexpr std::size_t without_route = 1024 * 1024;
    auto const match = router_.match(method, path);
    return match ? match->route->body_limit : without_route;
}

std::chrono::seconds Dispatcher::file_timeout(Method method, std::string_view path) const {
    auto const match = router_.match(method, path);
    return match ? match->route->file_timeout : std::chrono::seconds{0};
}

}  // namespace securestack
