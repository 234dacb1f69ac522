#include "app/progress_line.hpp"

#include <array>
#include <csignal>
#include <iostream>
#include <unistd.h>

#include <fmt/format.h>

namespace securestack {
namespace {

using namespace std::chrono_literals;

constexpr auto show_every = 200ms;
constexpr auto silent_at_first = 500ms;  // what is quick needs no line

volatile std::sig_atomic_t asked_to_stop = 0;

}  // namespace

std::string readable_bytes(std::uint64_t bytes) {
    constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", value, units[unit]);
}

ProgressLine::ProgressLine()
    : on_terminal_(isatty(STDERR_FILENO) == 1),
      shown_at_(std::chrono::steady_clock::now() + silent_at_first - show_every) {
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, [](int) { asked_to_stop = 1; });
    std::signal(SIGPIPE, SIG_IGN);
}

ProgressLine::~ProgressLine() {
    clear();
}

bool ProgressLine::show(std::string_view phase, std::uint64_t done, std::uint64_t total) {
    auto const now = std::chrono::steady_clock::now();
    if (on_terminal_ && now - shown_at_ >= show_every) {
        shown_at_ = now;
        visible_ = true;
        if (total > 0) {
            std::cerr << fmt::format("\r\033[K{} {} of {} ({} %)", phase, readable_bytes(done),
                                     readable_bytes(total), done * 100 / total);
        } else if (done > 0) {
            std::cerr << fmt::format("\r\033[K{} {}", phase, readable_bytes(done));
        } else {
            std::cerr << fmt::format("\r\033[K{} …", phase);
        }
        std::cerr.flush();
    }
    return asked_to_stop == 0;
}

void ProgressLine::clear() {
    if (visible_) std::cerr << "\r\033[K" << std::flush;
    visible_ = false;
}

}  // namespace securestack
