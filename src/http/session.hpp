// One connection's HTTP/1.1: requests in, answers out, in order.
#pragma once

#include <memory>

#include "http/service.hpp"
#include "http/tls.hpp"
#include "http/worker.hpp"

namespace securestack {

// Serves `socket` until it ends. On the worker's thread. With `tls` the handshake comes first.
void start_session(Service const& service, Worker& worker, Socket socket, Seat seat,
                   std::shared_ptr<TlsContext> const& tls);

// Answers 503 and closes.
void start_refusal(Service const& service, Worker& worker, Socket socket, Seat seat);

}  // namespace securestack
