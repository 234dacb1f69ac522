#include "core/log.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "core/log_line.hpp"
#include "core/time.hpp"

namespace securestack {
namespace {

constexpr std::chrono::seconds longest_wait{1};
constexpr std::size_t largest_buffer = 64 * 1024;

// Lines gather in a buffer that goes out within a second; a warning or an error goes out at once, with what
// came before it.
class StandardErrorLog final : public Log {
  public:
    StandardErrorLog(LogLevel level, bool json, bool colour)
        : level_(level), json_(json), colour_(colour), flusher_([this] { flush_in_time(); }) {}

    ~StandardErrorLog() override {
        {
            std::scoped_lock const lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        flusher_.join();
        flush();
    }

    StandardErrorLog(StandardErrorLog const&) = delete;
    StandardErrorLog& operator=(StandardErrorLog const&) = delete;

    bool enabled(LogLevel level) const override { return level >= level_ && level < LogLevel::off; }

    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
        if (!enabled(level)) return;
        bool was_empty = false;
        {
            std::scoped_lock const lock(mutex_);
            was_empty = buffer_.empty();
            auto const micros =
                to_micros(clock_.now());  // under the lock: lines are in the order of their times
            if (json_)
                append_json_line(buffer_, micros, level, event, fields);
            else
                detail::append_text_line(buffer_, micros, level, event, fields, colour_);
            buffer_.push_back('\n');
            if (level >= LogLevel::warn || buffer_.size() >= largest_buffer) flush_locked();
        }
        if (was_empty) wake_.notify_one();
    }

    void flush() override {
        std::scoped_lock const lock(mutex_);
        flush_locked();
    }

  private:
    // Sleeps while there is nothing to write: an idle program is not woken every second.
    void flush_in_time() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            wake_.wait(lock, [&] { return stopping_ || !buffer_.empty(); });
            wake_.wait_for(lock, longest_wait, [&] { return stopping_; });
            flush_locked();
        }
    }

    void flush_locked() {
        std::string_view rest = buffer_;
        while (!rest.empty()) {
            auto const written = ::write(STDERR_FILENO, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) break;  // nobody reads standard error any more: there is no one to tell
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        buffer_.clear();
    }

    LogLevel const level_;
    bool const json_;
    bool const colour_;
    SystemClock const clock_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::string buffer_;
    bool stopping_ = false;
    std::thread flusher_;  // last: it uses the members above
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
