// Bytes that may be held at a time, by all together. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>

namespace securestack {

class MemoryBudget {
  public:
    explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
    MemoryBudget(MemoryBudget const&) = delete;
    MemoryBudget& operator=(MemoryBudget const&) = delete;

    std::size_t taken() const { return taken_.load(std::memory_order_relaxed); }

    // A share of the budget, which must outlive it; given back at its end. Not thread-safe itself.
    class Lease {
      public:
        explicit Lease(MemoryBudget& budget) : budget_(budget) {}
        ~Lease() { budget_.taken_.fetch_sub(bytes_, std::memory_order_relaxed); }
        Lease(Lease const&) = delete;
        Lease& operator=(Lease const&) = delete;

        // Makes the share at least `bytes` large; false, and the share stays what it is, when there is not as
        // much left.
        bool cover(std::size_t bytes) {
            if (bytes <= bytes_) return true;
            auto const more = bytes - bytes_;
            auto const before = budget_.taken_.fetch_add(more, std::memory_order_relaxed);
            if (before + more > budget_.limit_) {
                budget_.taken_.fetch_sub(more, std::memory_order_relaxed);
                return false;
            }
            bytes_ = bytes;
            return true;
        }

      private:
        MemoryBudget& budget_;
        std::size_t bytes_ = 0;
    };

  private:
    std::size_t const limit_;
    std::atomic<std::size_t> taken_{0};
};

}  // namespace securestack
