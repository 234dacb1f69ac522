// Whether a thread that runs out of work looks a moment longer before it goes to sleep.
//
// To be put to sleep and woken costs as much as a small request. A client that waits for its answer often
// asks again at once: who looks for that long meets the next request awake. The rule is that of Linux's
// haltpoll governor (drivers/cpuidle/governors/haltpoll.c): after a short wait another is likely, after a
// long one it is not, so a thread with little to do sleeps as it always did.
#pragma once

#include <chrono>

namespace securestack {

// For the one thread that waits.
class IdlePoll {
  public:
    using Duration = std::chrono::steady_clock::duration;

    static constexpr std::chrono::microseconds longest{50};

    bool pays_off() const { return last_was_short_; }

    void looked_in_vain() { last_was_short_ = false; }
    // `slept` counts what followed, too: waking up and the work that came.
    void woke_after(Duration slept) { last_was_short_ = slept < 4 * longest; }

  private:
    bool last_was_short_ = false;
};

}  // namespace securestack
