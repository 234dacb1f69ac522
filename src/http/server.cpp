#include "http/server.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>

#include "http/listener.hpp"
#include "http/session.hpp"

namespace securestack {
namespace {

constexpr std::size_t strangers_part = 4;  // one of so many of the memory for bodies
constexpr std::size_t max_refusals =
    256;  // connections over the limit that are told so; the rest are just closed
constexpr std::chrono::milliseconds cut_patience{2'000};

std::chrono::milliseconds tick_for(ServerOptions const& options) {
    auto const shortest =
        std::min({options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout,
                  options.handler_timeout, options.drain_grace, options.presence_interval});
    return std::clamp(shortest / 8, std::chrono::milliseconds{5}, std::chrono::milliseconds{500});
}

std::vector<std::unique_ptr<Worker>> make_workers(ServerOptions const& options, Clock const& clock,
                                                  Log& log) {
    std::vector<std::unique_ptr<Worker>> workers;
    auto const count = std::max<std::size_t>(options.threads, 1);
    for (std::size_t i = 0; i < count; ++i)
        workers.push_back(std::make_unique<Worker>(clock, log, tick_for(options)));
    return workers;
}

RequestHandler handler_of(Dispatcher& dispatcher) {
    return {[&](Method method, std::string_view path) { return dispatcher.body_limit(method, path); },
            [&](std::shared_ptr<Request> request, RequestHandler::Done done) {
                dispatcher.dispatch(std::move(request), std::move(done));
            },
            [&](Exchange const& exchange) { dispatcher.report(exchange); },
            [&](Method method, std::string_view path) { return dispatcher.file_timeout(method, path); },
            [&](std::shared_ptr<Request> request, Screening::Done done) {
                dispatcher.screen(std::move(request), std::move(done));
            }};
}

}  // namespace

struct HttpServer::State {
    State(ServerOptions given, RequestHandler given_handler, Database& database, IdSource& ids, Clock& clock,
          Log& log)
        : options(std::move(given)),
          handler(std::move(given_handler)),
          bodies(options.max_body_memory),
          strangers_bodies(options.max_body_memory / strangers_part),
          spools(options.max_spooled),
          service{options, handler, database, ids, clock, log, bodies, strangers_bodies, spools},
          tls(options.tls ? make_tls_context(*options.tls) : nullptr),
          workers(make_workers(options, clock, log)),
          listener(options.host, options.port, workers, log,
                   [this](Worker& worker, Socket socket) { admit(worker, std::move(socket)); }) {}

    void admit(Worker& worker, Socket socket) {
        auto const count = census.count();
        bool const refuse = count >= options.max_connections;
        if (refuse) {
            refused.fetch_add(1, std::memory_order_relaxed);
            // Within TLS a refusal would cost the handshake that there is no room for.
            if (tls_context() || count >= options.max_connections + max_refusals) return;
        }
        accepted.fetch_add(1, std::memory_order_relaxed);
        auto begin = [this, &worker, refuse, kept = std::move(socket),
                      seat = Seat{census, worker}]() mutable {
            if (refuse) {
                start_refusal(service, worker, std::move(kept), std::move(seat));
            } else {
                start_session(service, worker, std::move(kept), std::move(seat), tls_context());
            }
        };
        worker.gate()->post(std::move(begin));
    }

    std::shared_ptr<TlsContext> tls_context() {
        std::lock_guard const lock(tls_mutex);
        return tls;
    }

    void stop_listening() {
        auto const stopped = std::make_shared<std::promise<void>>();
        workers.front()->gate()->post([this, stopped] {
            listener.stop();
            stopped->set_value();
        });
        stopped->get_future().wait();
    }

    ServerOptions const options;
    RequestHandler const handler;
    Census census;
    MemoryBudget bodies;
    MemoryBudget strangers_bodies;
    MemoryBudget spools;
    Service const service;
    std::mutex tls_mutex;
    std::shared_ptr<TlsContext> tls;
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::vector<std::unique_ptr<Worker>> workers;
    Listener listener;
    std::mutex drain_mutex;
    bool started = false;
    bool drained = false;
};

HttpServer::HttpServer(ServerOptions options, Dispatcher& dispatcher, Database& database, IdSource& ids,
                       Clock& clock, Log& log)
    : HttpServer(std::move(options), handler_of(dispatcher), database, ids, clock, log) {}

HttpServer::HttpServer(ServerOptions options, RequestHandler handler, Database& database, IdSource& ids,
                       Clock& clock, Log& log)
    : state_(std::make_unique<State>(std::move(options), std::move(handler), database, ids, clock, log)) {}

HttpServer::~HttpServer() {
    drain();
}

std::uint16_t HttpServer::port() const {
    return state_->listener.port();
}

void HttpServer::start() {
    std::lock_guard const lock(state_->drain_mutex);
    if (std::exchange(state_->started, true)) return;
    state_->listener.start();
    for (auto const& worker : state_->workers) worker->start();
}

void HttpServer::drain() {
    auto& state = *state_;
    std::lock_guard const lock(state.drain_mutex);
    if (std::exchange(state.drained, true) || !state.started) return;
    state.stop_listening();
    for (auto const& worker : state.workers) worker->begin_drain(state.options.drain_grace);
    if (!state.census.wait_until_empty(state.options.drain_timeout)) {
        for (auto const& worker : state.workers) worker->cut_all();
        state.census.wait_until_empty(cut_patience);
    }
    for (auto const& worker : state.workers) worker->stop();
}

void HttpServer::reload_certificate() {
    auto& state = *state_;
    if (!state.options.tls) return;
    auto fresh = make_tls_context(*state.options.tls);
    std::lock_guard const lock(state.tls_mutex);
    state.tls.swap(fresh);
}

ServerStats HttpServer::stats() const {
    return {.connections = state_->census.count(),
            .accepted = state_->accepted.load(std::memory_order_relaxed),
            .refused = state_->refused.load(std::memory_order_relaxed)};
}

}  // namespace securestack
