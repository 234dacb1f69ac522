// Things that any thread may borrow for a moment.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace securestack {

// Thread-safe. Must outlive what is borrowed from it.
template <class T>
class Shelf {
  public:
    // Back on its shelf at the end of the scope.
    class Loan {
      public:
        Loan() = default;
        Loan(Shelf& shelf, std::unique_ptr<T> thing) : shelf_(&shelf), thing_(std::move(thing)) {}
        Loan(Loan&&) noexcept = default;
        Loan& operator=(Loan&&) = delete;
        ~Loan() {
            if (thing_) shelf_->put_back(std::move(thing_));
        }
        explicit operator bool() const { return thing_ != nullptr; }
        T& operator*() const { return *thing_; }

      private:
        Shelf* shelf_ = nullptr;
        std::unique_ptr<T> thing_;
    };

    void add(std::unique_ptr<T> thing) {
        std::lock_guard const lock(mutex_);
        things_.push_back(std::move(thing));
    }

    // Empty when all are lent; does not wait.
    Loan borrow() {
        std::lock_guard const lock(mutex_);
        if (things_.empty()) return {};
        auto thing = std::move(things_.back());
        things_.pop_back();
        ++lent_;
        return {*this, std::move(thing)};
    }

    // Waits for what is lent, and drops it all. Nobody borrows from here on.
    void clear() {
        std::unique_lock lock(mutex_);
        auto const kept = std::exchange(things_, {});
        all_back_.wait(lock, [&] { return lent_ == 0; });
        things_.clear();
    }

  private:
    void put_back(std::unique_ptr<T> thing) {
        std::lock_guard const lock(mutex_);
        things_.push_back(std::move(thing));
        if (--lent_ == 0) all_back_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable all_back_;
    std::vector<std::unique_ptr<T>> things_;
    std::size_t lent_ = 0;
};

}  // namespace securestack
