// A fixed number of threads behind a queue of bounded length: work that does not fit is refused, never queued
// without bound.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace securestack {

class Pool {
  public:
    using Work = std::move_only_function<void()>;

    // `capacity` counts waiting work, not work in progress. `name` is given to the threads (15 characters).
    Pool(std::string name, std::size_t threads, std::size_t capacity);
    ~Pool();  // finishes what is queued, then joins
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;

    // False, and `work` is not moved from, when the queue is full or the pool stopped. `work` must not throw.
    [[nodiscard]] bool try_post(Work& work);

    std::size_t depth() const;  // waiting now

    // Refuses new work, finishes what is queued, joins. Idempotent.
    void stop();

  private:
    void run(std::string const& name);

    std::size_t const capacity_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace securestack
