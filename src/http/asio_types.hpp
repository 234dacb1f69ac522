// Asio's types as the transport uses them: bound to one io_context, so that no call goes through a
// type-erased executor. Private to src/http: no header that a domain includes may include this one.
#pragma once

#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace securestack {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using IoError = boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using TlsStream = asio::ssl::stream<Socket>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

template <class T>
using Awaitable = asio::awaitable<T, Executor>;

// Completion tokens: plain, and with the error as a value (a closed connection is no exception).
inline constexpr asio::use_awaitable_t<Executor> awaiting{};
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> awaiting_result{awaiting};

}  // namespace securestack
