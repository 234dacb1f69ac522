// One I/O thread with its own event loop, the connections that live on it, and the clockwork that ends what
// takes too long.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/log.hpp"
#include "core/time.hpp"
#include "http/asio_types.hpp"
#include "http/handover.hpp"
#include "http/idle_poll.hpp"

namespace securestack {

using Moment = std::chrono::steady_clock::time_point;

// What a worker knows of a connection. Used on the worker's thread only.
class Connection {
  public:
    virtual ~Connection() = default;
    virtual void expire() = 0;  // its deadline has passed; again at every tick until it has another
    virtual void begin_drain(
        Moment idle_until) = 0;  // answer what has begun, wait for nothing new beyond `idle_until`
    virtual void cut() = 0;      // end at once

    Moment deadline() const { return deadline_; }

  protected:
    void set_deadline(std::chrono::nanoseconds from_now) {
        deadline_ = std::chrono::steady_clock::now() + from_now;
    }
    void move_deadline(Moment to) { deadline_ = to; }

  private:
    Moment deadline_ = Moment::max();
};

// The connections of all workers, counted. Thread-safe.
class Census {
  public:
    void join();
    void leave();
    std::size_t count() const;
    bool wait_until_empty(std::chrono::milliseconds limit);

  private:
    mutable std::mutex mutex_;
    std::condition_variable empty_;
    std::size_t count_ = 0;
};

class Worker {
  public:
    // Deadlines are looked at every `tick`.
    Worker(Clock const& clock, Log& log, std::chrono::milliseconds tick);
    ~Worker();
    Worker(Worker const&) = delete;
    Worker& operator=(Worker const&) = delete;

    void start();
    void stop();  // ends the loop and joins; what is still posted is dropped

    // Any thread.
    asio::io_context& context() { return context_; }
    std::shared_ptr<Gate> const& gate() const { return gate_; }
    std::size_t load() const { return load_.load(std::memory_order_relaxed); }
    void begin_drain(std::chrono::milliseconds idle_grace);
    void cut_all();

    // The worker's thread only.
    void enter(Connection& connection);
    void leave(Connection& connection);
    bool draining() const { return draining_; }
    Moment drain_idle_until() const { return drain_idle_until_; }
    std::string_view date();  // the Date header's value, valid until the next call

    // While it lives, a session waits for what another thread makes.
    class Elsewhere {
      public:
        explicit Elsewhere(Worker& worker) : worker_(worker) { ++worker_.waiting_elsewhere_; }
        ~Elsewhere() { --worker_.waiting_elsewhere_; }
        Elsewhere(Elsewhere const&) = delete;
        Elsewhere& operator=(Elsewhere const&) = delete;

      private:
        Worker& worker_;
    };

  private:
    friend class Seat;
    void run();
    void await_work();
    void schedule_sweep();
    void sweep();

    Clock const& clock_;
    Log& log_;
    std::chrono::milliseconds const tick_;
    // Above the context: connections that end with it still leave.
    std::list<Connection*> connections_;
    std::atomic<std::size_t> load_{0};
    std::size_t waiting_elsewhere_ = 0;
    IdlePoll idle_poll_;
    bool sweeping_ = false;
    bool draining_ = false;
    Moment drain_idle_until_ = Moment::max();
    std::chrono::sys_seconds date_second_{};
    std::string date_;
    asio::io_context context_{1};
    asio::executor_work_guard<Executor> guard_{context_.get_executor()};
    Timer timer_{context_.get_executor()};
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>(context_);
    std::thread thread_;
};

// A connection's place: counted in the census and in its worker's load from accept until it goes.
class Seat {
  public:
    Seat(Census& census, Worker& worker) : census_(&census), worker_(&worker) {
        census.join();
        worker.load_.fetch_add(1, std::memory_order_relaxed);
    }
    Seat(Seat&& other) noexcept : census_(std::exchange(other.census_, nullptr)), worker_(other.worker_) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
        if (census_ == nullptr) return;
        worker_->load_.fetch_sub(1, std::memory_order_relaxed);
        census_->leave();
    }

  private:
    Census* census_;
    Worker* worker_;
};

}  // namespace securestack
