// How long a peer may keep an answer waiting. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace securestack {

// Shrinks while the peer takes nothing and grows with what it takes, never beyond what it was at first: a
// peer that stops is given up after that time, and one that takes a few bytes now and then, too.
class Patience {
  public:
    Patience(std::chrono::nanoseconds at_first, std::size_t least_bytes_per_second)
        : at_first_(at_first), least_bytes_per_second_(least_bytes_per_second) {}

    std::chrono::nanoseconds left() const { return left_; }
    bool is_over() const { return left_ <= left_.zero(); }

    void renew() { left_ = at_first_; }
    void wait(std::chrono::nanoseconds waited, std::size_t bytes) {
        std::chrono::nanoseconds const earned{1'000'000'000 * bytes / least_bytes_per_second_};
        left_ = std::min(at_first_, left_ - waited + earned);
    }

  private:
    std::chrono::nanoseconds const at_first_;
    std::size_t const least_bytes_per_second_;
    std::chrono::nanoseconds left_ = at_first_;
};

}  // namespace securestack
