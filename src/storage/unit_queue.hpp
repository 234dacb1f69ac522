// Units of work that wait for a database thread, in a queue of bounded length.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "storage/database.hpp"

namespace securestack {

using Steady = std::chrono::steady_clock;

struct Unit {
    UnitKind kind = UnitKind::read;
    Database::Work work;
    Database::Done done;
    Steady::time_point submitted{};
    Steady::time_point begun{};
    Steady::time_point deadline = Steady::time_point::max();
};

// Thread-safe.
class UnitQueue {
  public:
    explicit UnitQueue(std::size_t capacity) : capacity_(capacity) {}

    // False, and `unit` is not moved from, when the queue is full or closed.
    bool push(Unit& unit) {
        bool wake = false;
        {
            std::lock_guard lock(mutex_);
            if (closed_ || units_.size() >= capacity_) return false;
            units_.push_back(std::move(unit));
            wake = waiting_ > 0;  // a thread that works will look here by itself
        }
        if (wake) ready_.notify_one();
        return true;
    }

    // Waits for a unit; nullopt when the queue is closed and empty.
    std::optional<Unit> pop() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        ready_.wait(lock, [&] { return closed_ || !units_.empty(); });
        --waiting_;
        return take();
    }

    // The same, but waits no longer than `limit`: nullopt when none came.
    std::optional<Unit> pop_within(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        ++waiting_;
        ready_.wait_for(lock, limit, [&] { return closed_ || !units_.empty(); });
        --waiting_;
        return take();
    }

    // The next one, unless it takes so long that nobody should wait for it.
    std::optional<Unit> try_pop_companion() {
        std::lock_guard lock(mutex_);
        if (!units_.empty() && units_.front().kind == UnitKind::bulk) return std::nullopt;
        return take();
    }

    void close() {
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
    }

    std::size_t size() const {
        std::lock_guard lock(mutex_);
        return units_.size();
    }

  private:
    std::optional<Unit> take() {
        if (units_.empty()) return std::nullopt;
        std::optional<Unit> unit{std::move(units_.front())};
        units_.pop_front();
        return unit;
    }

    std::size_t const capacity_;
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Unit> units_;
    std::size_t waiting_ = 0;
    bool closed_ = false;
};

}  // namespace securestack
