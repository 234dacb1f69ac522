# The transport: framing (pure), sessions, listener, TLS.
set(server_sources
  asio_compiled.cpp chunked.cpp head.cpp incoming.cpp listener.cpp response_head.cpp server.cpp session.cpp target.cpp
  tls.cpp worker.cpp)
