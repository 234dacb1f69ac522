#include "http/worker.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <pthread.h>

namespace securestack {

void Census::join() {
    std::lock_guard const lock(mutex_);
    ++count_;
}

void Census::leave() {
    std::lock_guard const lock(mutex_);
    if (--count_ == 0) empty_.notify_all();
}

std::size_t Census::count() const {
    std::lock_guard const lock(mutex_);
    return count_;
}

bool Census::wait_until_empty(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return empty_.wait_for(lock, limit, [&] { return count_ == 0; });
}

Worker::Worker(Clock const& clock, Log& log, std::chrono::milliseconds tick)
    : clock_(clock), log_(log), tick_(tick) {}

Worker::~Worker() {
    stop();
    gate_->shut();
}

void Worker::start() {
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "http");
        gate_->mark_thread();
        run();
    });
}

// What escapes a handler costs that handler's work, not the thread and the connections on it.
void Worker::run() {
    for (;;) {
        try {
            while (!context_.stopped()) {
                if (context_.poll() == 0) await_work();
            }
            return;
        } catch (std::exception const& failure) {
            log_.error("http.worker_failed", {{"reason", failure.what()}});
        }
    }
}

// Runs the first work that comes. While another thread makes an answer, the processor is that thread's.
void Worker::await_work() {
    bool const on_clients = waiting_elsewhere_ == 0;
    auto const begun = std::chrono::steady_clock::now();
    if (on_clients && idle_poll_.pays_off()) {
        while (std::chrono::steady_clock::now() - begun < IdlePoll::longest) {
            if (context_.poll_one() != 0 || context_.stopped()) return;
        }
        idle_poll_.looked_in_vain();
        context_.run_one();
        return;
    }
    context_.run_one();
    if (on_clients) idle_poll_.woke_after(std::chrono::steady_clock::now() - begun);
}

void Worker::stop() {
    guard_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void Worker::begin_drain(std::chrono::milliseconds idle_grace) {
    gate_->post([this, idle_grace] {
        draining_ = true;
        drain_idle_until_ = std::chrono::steady_clock::now() + idle_grace;
        for (auto* connection : connections_) connection->begin_drain(drain_idle_until_);
    });
}

void Worker::cut_all() {
    gate_->post([this] {
        for (auto next = connections_.begin(); next != connections_.end();) (*next++)->cut();
    });
}

void Worker::enter(Connection& connection) {
    connections_.push_back(&connection);
    schedule_sweep();
}

void Worker::leave(Connection& connection) {
    std::erase(connections_, &connection);
}

void Worker::schedule_sweep() {
    if (sweeping_ || connections_.empty()) return;
    sweeping_ = true;
    timer_.expires_after(tick_);
    timer_.async_wait([this](IoError error) {
        sweeping_ = false;
        if (!error) sweep();
    });
}

// One look at every connection a tick costs less than a timer that every request sets and resets.
void Worker::sweep() {
    auto const now = std::chrono::steady_clock::now();
    for (auto next = connections_.begin(); next != connections_.end();) {
        auto* connection = *next++;  // it may leave while it expires
        if (connection->deadline() <= now) connection->expire();
    }
    schedule_sweep();
}

std::string_view Worker::date() {
    auto const second = std::chrono::floor<std::chrono::seconds>(clock_.now());
    if (second != date_second_ || date_.empty()) {
        date_second_ = second;
        std::time_t const time = second.time_since_epoch().count();
        std::tm parts{};
        gmtime_r(&time, &parts);
        // The program never leaves the "C" locale for time, so the names are English as RFC 9110 §5.6.7 wants
        // them.
        std::array<char, 40> text{};
        date_.assign(text.data(),
                     std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
    }
    return date_;
}

}  // namespace securestack
