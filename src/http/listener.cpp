#include "http/listener.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <boost/asio/co_spawn.hpp>

#include "http/server.hpp"

namespace securestack {
namespace {

constexpr int backlog = 4096;
constexpr std::chrono::milliseconds pause_after_failure{100};

std::vector<Tcp::endpoint> resolve(asio::io_context& context, std::string host, std::uint16_t port) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    IoError error;
    Tcp::resolver resolver{context};
    auto const found = resolver.resolve(host, std::to_string(port), Tcp::resolver::passive, error);
    if (error) throw std::runtime_error("cannot listen on " + host + ": " + error.message());
    std::vector<Tcp::endpoint> endpoints;
    for (auto const& entry : found) endpoints.push_back(entry.endpoint());
    std::ranges::stable_partition(endpoints, [](Tcp::endpoint const& e) { return e.address().is_v4(); });
    return endpoints;
}

IoError bind_to(Acceptor& acceptor, Tcp::endpoint const& endpoint) {
    IoError error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    IoError ignored;
    if (error) acceptor.close(ignored);
    return error;
}

[[noreturn]] void cannot_listen(std::string const& host, std::uint16_t port, IoError const& reason) {
    throw std::runtime_error("cannot listen on " + host + ", port " + std::to_string(port) + ": " +
                             reason.message());
}

Acceptor bound(asio::io_context& context, std::string const& host, std::uint16_t port) {
    Acceptor acceptor{context};
    IoError error = asio::error::host_not_found;
    for (auto const& endpoint : resolve(context, host, port)) {
        error = bind_to(acceptor, endpoint);
        if (!error) break;
    }
    if (error) cannot_listen(host, port, error);
    return acceptor;
}

}  // namespace

void require_free_address(std::string const& host, std::uint16_t port) {
    asio::io_context context;
    bound(context, host, port);
}

Listener::Listener(std::string const& host, std::uint16_t port,
                   std::span<std::unique_ptr<Worker> const> workers, Log& log, Accepted accepted)
    : workers_(workers),
      log_(log),
      accepted_(std::move(accepted)),
      acceptor_(bound(workers.front()->context(), host, port)),
      pause_(workers.front()->context()) {
    IoError error;
    acceptor_.listen(backlog, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error) cannot_listen(host, port, error);
    port_ = acceptor_.local_endpoint().port();
}

void Listener::start() {
    asio::co_spawn(workers_.front()->context(), run(), [this](std::exception_ptr const& failure) {
        if (failure) start_again(failure);
    });
}

void Listener::start_again(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        log_.error("http.accept_failed", {{"reason", error.what()}});
    }
    pause_.expires_after(pause_after_failure);
    pause_.async_wait([this](IoError error) {
        if (!error && acceptor_.is_open()) start();
    });
}

void Listener::stop() {
    IoError error;
    pause_.cancel();
    acceptor_.cancel(error);
    while (acceptor_.is_open()) {
        auto& worker = least_loaded();
        Socket socket{worker.context()};
        acceptor_.accept(socket, error);
        if (error) break;
        accepted_(worker, std::move(socket));
    }
    acceptor_.close(error);
}

Awaitable<void> Listener::run() {
    while (acceptor_.is_open()) {
        auto& worker = least_loaded();
        Socket socket{worker.context()};
        auto const [error] = co_await acceptor_.async_accept(socket, awaiting_result);
        if (!error) {
            accepted_(worker, std::move(socket));
        } else if (acceptor_.is_open() && error != asio::error::operation_aborted) {
            co_await rest(error);
        }
    }
}

// Out of descriptors or memory: the condition lasts a while, and accepting again at once would spin.
Awaitable<void> Listener::rest(IoError const& reason) {
    if (reason == asio::error::connection_aborted) co_return;
    log_.warn("http.accept_failed", {{"reason", reason.message()}});
    pause_.expires_after(pause_after_failure);
    (void)co_await pause_.async_wait(awaiting_result);
}

Worker& Listener::least_loaded() const {
    auto const least =
        std::ranges::min_element(workers_, {}, [](auto const& worker) { return worker->load(); });
    return **least;
}

}  // namespace securestack
