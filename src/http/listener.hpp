// Accepts connections and hands each to the worker that has the fewest: even for 1, 16 and 64 connections
// alike.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/log.hpp"
#include "http/worker.hpp"

namespace securestack {

class Listener {
  public:
    using Accepted = std::function<void(Worker& worker, Socket socket)>;

    // Binds and listens; throws std::runtime_error with the address and the reason. `host` is an address
    // (IPv6 also in brackets) or a name; a name's IPv4 addresses are tried first. `accepted` is called on the
    // first worker's thread.
    Listener(std::string const& host, std::uint16_t port, std::span<std::unique_ptr<Worker> const> workers,
             Log& log, Accepted accepted);

    std::uint16_t port() const { return port_; }
    void start();
    // On the first worker's thread: takes what has already connected, then closes.
    void stop();

  private:
    Awaitable<void> run();
    void start_again(std::exception_ptr const& failure);
    Awaitable<void> rest(IoError const& reason);
    Worker& least_loaded() const;

    std::span<std::unique_ptr<Worker> const> workers_;
    Log& log_;
    Accepted accepted_;
    Acceptor acceptor_;
    Timer pause_;
    std::uint16_t port_ = 0;
};

}  // namespace securestack
