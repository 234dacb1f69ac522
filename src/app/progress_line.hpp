// How far a long command has come, on one line of the terminal; nothing anywhere else. Also where it hears of
// Ctrl-C: a command that asks before each step cleans up behind itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace securestack {

class ProgressLine {
  public:
    ProgressLine();
    ~ProgressLine();
    ProgressLine(ProgressLine const&) = delete;
    ProgressLine& operator=(ProgressLine const&) = delete;

    // Of `total` bytes (0: nobody knows). False when the user, or the system, has asked to stop.
    bool show(std::string_view phase, std::uint64_t done, std::uint64_t total);

  private:
    void clear();

    bool const on_terminal_;
    std::chrono::steady_clock::time_point shown_at_;
    bool visible_ = false;
};

// "12.3 MB"
std::string readable_bytes(std::uint64_t bytes);

}  // namespace securestack
