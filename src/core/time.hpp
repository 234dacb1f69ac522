// Points in time are UTC with microseconds, everywhere: in C++, in both databases (epoch microseconds) and
// in JSON (RFC 3339, "2026-11-22T02:25:00.123456Z").
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace securestack {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t to_micros(Time time) {
    return time.time_since_epoch().count();
}
inline Time from_micros(std::int64_t micros) {
    return Time{std::chrono::microseconds{micros}};
}

// Always 27 characters: a time outside the years 0..9999, which is all that `parse_time` accepts, is written
// as the nearest one inside.
std::string format_time(Time time);
void append_time(std::string& out, Time time);

// RFC 3339 with any offset and 0..9 fractional digits (cut to microseconds). nullopt when it is not one.
std::optional<Time> parse_time(std::string_view text);

// Where "now" comes from. Thread-safe. Tests inject their own.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
  public:
    Time now() const override;
};

}  // namespace securestack
