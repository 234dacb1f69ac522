// Schedules from outside: whatever is accepted has a next slot, which is later and matches; nothing takes
// long. The first byte chooses a zone, the next four a time.
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "scheduler/cron.hpp"

namespace {

using namespace securestack;

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static constexpr std::array<std::string_view, 4> names{"UTC", "Europe/Paris", "America/New_York",
                                                           "Australia/Lord_Howe"};
    if (size < 5) return 0;
    auto const zone = TimeZone::find(names[data[0] % names.size()]).value();
    std::uint32_t seconds = 0;
    std::memcpy(&seconds, data + 1, sizeof seconds);
    std::string_view const text{reinterpret_cast<char const*>(data) + 5, size - 5};
    static_cast<void>(TimeZone::find(text));

    auto const schedule = Schedule::parse(text);
    if (!schedule) {
        require(!schedule.error().errors.empty());
        return 0;
    }
    Time after{std::chrono::seconds{seconds}};
    for (int i = 0; i < 4; ++i) {
        auto const slot = schedule->next(after, zone);
        require(slot > after);
        bool const at_change = zone.offset(slot) > zone.offset(slot - std::chrono::microseconds{1});
        require(schedule->matches(zone.civil(slot)) || at_change);
        after = slot;
    }
    return 0;
}
