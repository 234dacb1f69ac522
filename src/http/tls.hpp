// TLS 1.3 as this server offers it when it is its own edge.
#pragma once

#include <memory>

#include "http/asio_types.hpp"
#include "http/server.hpp"

namespace securestack {

using TlsContext = asio::ssl::context;

// A context with the certificate chain and key of `files`: TLS 1.3 only, ALPN "http/1.1". Throws
// std::runtime_error that names the file and the reason.
std::shared_ptr<TlsContext> make_tls_context(TlsFiles const& files);

// True when a handshake ended with `error` because the client sent an HTTP request instead.
bool speaks_plain_http(boost::system::error_code const& error);

}  // namespace securestack
