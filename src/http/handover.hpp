// How a result that another thread made comes back to the connection's own thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "http/asio_types.hpp"

namespace securestack {

// The way onto one I/O thread. Outlives it: what is posted after `shut` is dropped. Thread-safe.
class Gate {
  public:
    explicit Gate(asio::io_context& context) : context_(&context) {}

    bool is_here() const { return current_ == this; }
    void mark_thread() { current_ = this; }

    template <class F>
    void post(F work) {
        std::lock_guard const lock(mutex_);
        if (context_ != nullptr) asio::post(*context_, std::move(work));
    }
    void shut() {
        std::lock_guard const lock(mutex_);
        context_ = nullptr;
    }

  private:
    static inline thread_local Gate const* current_ = nullptr;
    std::mutex mutex_;
    asio::io_context* context_;
};

// Something that a session waits for and can stop waiting for.
class Waiting {
  public:
    virtual ~Waiting() = default;
    // On the session's thread: it goes on without a value.
    virtual void abandon() = 0;
};

// One value, made once. `deliver` may come from any thread, at any time, also when the session has long gone.
template <class T>
class Handover final : public Waiting, public std::enable_shared_from_this<Handover<T>> {
  public:
    explicit Handover(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}

    void deliver(T value) {
        if (gate_->is_here()) {
            settle(std::move(value));
            return;
        }
        auto const self = this->shared_from_this();
        gate_->post([self, value = std::move(value)]() mutable { self->settle(std::move(value)); });
    }

    void abandon() override { settle(std::nullopt); }

    // The rest is for the session's thread only.
    bool settled() const { return settled_; }
    std::optional<T> take() { return std::move(value_); }

    Awaitable<void> wait() {
        auto const keep = [this](auto handler) { resume_ = std::move(handler); };
        co_await asio::async_initiate<asio::use_awaitable_t<Executor> const, void()>(keep, awaiting);
    }

  private:
    void settle(std::optional<T> value) {
        if (settled_) return;
        settled_ = true;
        value_ = std::move(value);
        auto const self = this->shared_from_this();
        if (auto resume = std::exchange(resume_, nullptr)) resume();
    }

    std::shared_ptr<Gate> const gate_;
    std::move_only_function<void()> resume_;
    std::optional<T> value_;
    bool settled_ = false;
};

}  // namespace securestack
