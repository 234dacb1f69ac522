// One connection's HTTP/1.1: requests in, answers out, in order.
#pragma once

#include <memory>

#include "http/server.hpp"
#include "http/tls.hpp"
#include "http/worker.hpp"

namespace securestack {

// What all sessions share; outlives them.
struct Service {
    ServerOptions const& options;
    RequestHandler const& handler;
    Database& database;
    IdSource& ids;
    Clock& clock;
    Log& log;
    Census& census;
};

// Serves `socket` until it ends. On the worker's thread; the connection is already counted in census and
// load. With `tls` the handshake comes first.
void start_session(Service const& service, Worker& worker, Socket socket,
                   std::shared_ptr<TlsContext> const& tls);

// Answers 503 and closes.
void start_refusal(Service const& service, Worker& worker, Socket socket);

}  // namespace securestack
