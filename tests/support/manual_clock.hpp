// A clock that moves only when a test says so.
#pragma once

#include <atomic>

#include "core/time.hpp"

namespace securestack::test {

class ManualClock final : public Clock {
  public:
    Time now() const override { return from_micros(micros_.load()); }
    void advance(std::chrono::microseconds by) { micros_ += by.count(); }

  private:
    std::atomic<std::int64_t> micros_{to_micros(*parse_time("2026-11-22T02:25:00.123456Z"))};
};

}  // namespace securestack::test
