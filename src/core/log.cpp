#include "core/log.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <climits>

#include "core/log_line.hpp"
#include "core/time.hpp"

namespace securestack {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{1};
constexpr std::chrono::seconds longest_flush{2};
constexpr std::chrono::milliseconds stall_check{100};
constexpr std::size_t usual_pending = 64 * 1024;
constexpr std::size_t most_pending = 8 * 1024 * 1024;
// A pipe that says it is writable takes this much without blocking.
constexpr std::size_t piece = PIPE_BUF;

// Lines gather in a buffer that goes out within a second; a warning or an error sends it at once. Only the
// log's own thread writes: when nobody reads standard error, the program goes on and lines are lost, which a
// later line tells.
class StandardErrorLog final : public Log {
  public:
    StandardErrorLog(LogLevel level, bool json, bool colour)
        : level_(level), json_(json), colour_(colour), writer_([this] { run(); }) {}

    ~StandardErrorLog() override {
        {
            std::scoped_lock const lock(mutex_);
            stopping_ = true;
            give_up_at_ = Steady::now() + longest_flush;
        }
        wake_.notify_one();
        writer_.join();
    }

    StandardErrorLog(StandardErrorLog const&) = delete;
    StandardErrorLog& operator=(StandardErrorLog const&) = delete;

    bool enabled(LogLevel level) const override { return level >= level_ && level < LogLevel::off; }

    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
        if (!enabled(level)) return;
        bool wake = false;
        {
            std::scoped_lock const lock(mutex_);
            if (pending_.size() >= most_pending) {
                ++dropped_;
                return;
            }
            auto const was_empty = pending_.empty();
            append(pending_, level, event, fields);  // under the lock: lines are in the order of their times
            urgent_ = urgent_ || level >= LogLevel::warn || pending_.size() >= usual_pending;
            wake = was_empty || urgent_;
        }
        if (wake) wake_.notify_one();
    }

    // Returns after `longest_flush` though not all is written.
    void flush() override {
        std::unique_lock lock(mutex_);
        urgent_ = true;
        wake_.notify_one();
        written_.wait_for(lock, longest_flush, [&] { return pending_.empty() && !writing_; });
    }

  private:
    void append(std::string& out, LogLevel level, std::string_view event,
                std::initializer_list<LogField> fields) const {
        auto const micros = to_micros(clock_.now());
        if (json_)
            append_json_line(out, micros, level, event, fields);
        else
            detail::append_text_line(out, micros, level, event, fields, colour_);
        out.push_back('\n');
    }

    // Sleeps while there is nothing to write: an idle program is not woken every second.
    void run() {
        std::string lines;
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [&] { return stopping_ || !pending_.empty(); });
            wake_.wait_for(lock, longest_wait, [&] { return stopping_ || urgent_; });
            if (pending_.empty()) return;
            urgent_ = false;
            lines.swap(pending_);
            auto const dropped = std::exchange(dropped_, 0);
            writing_ = true;
            lock.unlock();
            if (dropped > 0) append(lines, LogLevel::warn, "log.dropped", {{"lines", dropped}});
            write_out(lines);
            if (lines.capacity() > 2 * usual_pending) lines = {};
            lines.clear();
            lock.lock();
            writing_ = false;
            written_.notify_all();
        }
    }

    void write_out(std::string_view rest) {
        while (!rest.empty() && Steady::now() < give_up_at_.load()) {
            pollfd output{STDERR_FILENO, POLLOUT, 0};
            if (::poll(&output, 1, static_cast<int>(stall_check.count())) <= 0) continue;
            auto const size = ::write(STDERR_FILENO, rest.data(), std::min(rest.size(), piece));
            if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (size < 0) return;  // nobody reads standard error any more: there is no one to tell
            rest.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    LogLevel const level_;
    bool const json_;
    bool const colour_;
    SystemClock const clock_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable written_;
    std::string pending_;
    std::size_t dropped_ = 0;  // lines since the last of `pending_`
    bool urgent_ = false;
    bool writing_ = false;
    bool stopping_ = false;
    std::atomic<Steady::time_point> give_up_at_ = Steady::time_point::max();
    std::thread writer_;  // last: it uses the members above
};

class NullLog final : public Log {
  public:
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
    bool enabled(LogLevel) const override { return false; }
    void flush() override {}
};

}  // namespace

std::unique_ptr<Log> make_log(LogLevel level, LogFormat format) {
    bool const terminal = ::isatty(STDERR_FILENO) == 1;
    bool const json = format == LogFormat::json || (format == LogFormat::automatic && !terminal);
    bool const colour = terminal && std::getenv("NO_COLOR") == nullptr;
    return std::make_unique<StandardErrorLog>(level, json, colour);
}

std::unique_ptr<Log> make_null_log() {
    return std::make_unique<NullLog>();
}

}  // namespace securestack
