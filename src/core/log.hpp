// Structured log lines: text on a terminal, one JSON object a line otherwise. Whatever a value contains, a
// line stays one line and valid JSON. Thread-safe. Secrets do not convert to a LogField.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace securestack {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { automatic, text, json };

struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
    LogField(std::string_view n, char const* v) : name(n), value(std::string_view{v}) {}
    LogField(std::string_view n, std::string const& v) : name(n), value(std::string_view{v}) {}
    LogField(std::string_view n, bool v) : name(n), value(v) {}
    LogField(std::string_view n, double v) : name(n), value(v) {}
    template <std::integral I>
    LogField(std::string_view n, I v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

class Log {
  public:
    virtual ~Log() = default;

    // `event` is a short stable name ("http.request"); `fields` are its facts.
    virtual void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;
    virtual bool enabled(LogLevel level) const = 0;
    virtual void flush() = 0;

    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::debug)) write(LogLevel::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::info)) write(LogLevel::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::warn)) write(LogLevel::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::error)) write(LogLevel::error, event, fields);
    }
};

// Writes to standard error, from a thread of its own: a line costs its caller no system call and never waits
// for the reader. When 8 MiB wait to be read, further lines are dropped, and counted in a later one
// ("log.dropped"). flush() and the destructor wait for two seconds at most. `automatic` is text on a terminal
// and JSON otherwise.
std::unique_ptr<Log> make_log(LogLevel level, LogFormat format);

// Keeps nothing; for tests and tools.
std::unique_ptr<Log> make_null_log();

// Appends one log line (without its newline) in the JSON form; what `make_log` writes and the tests read.
void append_json_line(std::string& out, std::int64_t micros, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields);

}  // namespace securestack
