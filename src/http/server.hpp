// The HTTP/1.1 server: listener, N I/O threads (each its own event loop; a connection never changes thread),
// TLS 1.3, limits and deadlines on every phase, graceful drain.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/address.hpp"
#include "core/log.hpp"
#include "http/dispatcher.hpp"

namespace securestack {

struct TlsFiles {
    std::string certificate = {};  // PEM chain
    std::string key = {};          // PEM
};

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8000;  // 0: any free one, see `port()`
    std::size_t threads = 2;
    std::optional<TlsFiles> tls = {};
    std::vector<Network> trusted_proxies = {};
    std::size_t max_connections = 8192;
    std::size_t max_header_bytes = 16 * 1024;
    std::size_t max_target_bytes = 8 * 1024;
    // For request bodies over 4 KiB, of all connections together; beyond it 503. Where nobody need be logged
    // in, they have a quarter as much of their own, so that they cannot be in the way of the others.
    std::size_t max_body_memory = 256 * 1024 * 1024;
    // Where a route takes files, what is longer than the first waits in this directory (the system's
    // temporary one when empty), which must not be in memory; no more than the last of all connections
    // together, beyond it 503.
    std::size_t longest_held_body = 256 * 1024;
    std::filesystem::path spool_directory = {};
    std::size_t max_spooled = std::size_t{1024} * 1024 * 1024;
    std::chrono::milliseconds header_timeout{10'000};  // from the first byte (or accept) to the blank line
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{60'000};  // between requests
    // An answer may make the connection wait for as long in all, and each 64 KiB that leave earn a second.
    std::chrono::milliseconds write_timeout{30'000};
    // Then 503, and a late answer is dropped. A route that takes files has a timeout of its own; its work is
    // stopped then, and has as long as this to say what became of it.
    std::chrono::milliseconds handler_timeout{30'000};
    std::chrono::milliseconds presence_interval{
        1'000};  // between two looks at whether its client is still there
    std::chrono::milliseconds drain_timeout{25'000};
    // For how long a kept-alive connection may still bring a request while draining: its client may have sent
    // one before it could know. It is answered with "Connection: close".
    std::chrono::milliseconds drain_grace{1'000};
};

// Throws std::runtime_error with the address and the reason when nobody could listen there now: a server that
// cannot start should know before it has changed anything.
void require_free_address(std::string const& host, std::uint16_t port);

// Throws std::runtime_error with the file and the reason when TLS could not be served with them, likewise.
void require_usable(TlsFiles const& files);

// What the transport serves: the dispatcher, or a test's own functions. All are called on I/O threads.
struct RequestHandler {
    using Done = std::move_only_function<void(Response)>;

    std::function<std::size_t(Method method, std::string_view path)> body_limit = {};
    // Calls `done` once, on any thread; a call after the server has gone does nothing.
    std::function<void(std::shared_ptr<Request> request, Done done)> serve = {};
    // Told of every request once, when its answer has left or cannot leave any more. May be empty.
    std::function<void(Exchange const& exchange)> finished = {};
    // Of a route that takes files: how long it may take; zero of any other. May be empty.
    std::function<std::chrono::milliseconds(Method method, std::string_view path)> file_timeout = {};
    // Asked with a request whose body is large, or waits for "100 Continue", before it is read; calls `done`
    // like `serve`. May be empty.
    std::function<void(std::shared_ptr<Request> request, Screening::Done done)> screen = {};
};

struct ServerStats {
    std::size_t connections = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // over max_connections: answered 503 and closed
};

class HttpServer {
  public:
    // Binds and listens; throws std::runtime_error with the address and the reason.
    HttpServer(ServerOptions options, Dispatcher& dispatcher, Database& database, IdSource& ids, Clock& clock,
               Log& log);
    HttpServer(ServerOptions options, RequestHandler handler, Database& database, IdSource& ids, Clock& clock,
               Log& log);
    ~HttpServer();

    std::uint16_t port() const;
    void start();  // returns at once
    // Stops accepting, answers what has begun, closes idle connections, waits at most drain_timeout.
    // Idempotent.
    void drain();
    void reload_certificate();  // throws when the files are not usable; the old one stays then
    ServerStats stats() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace securestack
