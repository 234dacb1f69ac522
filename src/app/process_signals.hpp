// The signals that a server answers, taken one at a time by the main thread.
#pragma once

#include <functional>
#include <thread>

namespace securestack {

enum class ProcessSignal {
    stop,    // SIGTERM, SIGINT; also SIGHUP from a terminal that has gone
    reload,  // SIGHUP
    drained  // `post_drained`
};

// Blocks the signals in the calling thread. Make it before any other thread, so that they inherit this.
class ProcessSignals {
  public:
    ProcessSignals();
    ProcessSignal wait();
    // From another thread: the server has been drained.
    void post_drained();

  private:
    bool const on_terminal_;
};

// While it lives, a signal to stop calls `stopped`, on a thread of its own: who starts is busy, and may wait
// for something that does not come. Make it after ProcessSignals, and end it before they are waited for.
class StopWatch {
  public:
    explicit StopWatch(std::function<void()> stopped);
    ~StopWatch();
    StopWatch(StopWatch const&) = delete;
    StopWatch& operator=(StopWatch const&) = delete;

  private:
    std::jthread thread_;
};

// systemd's notification protocol; nothing happens unless it started this process with Type=notify.
void notify_service_manager(char const* state);

}  // namespace securestack
