#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/ascii.hpp"
#include "scheduler/cron.hpp"

namespace securestack {

struct TimeZone::Rules {
    absl::TimeZone zone;
};

namespace {

constexpr std::size_t longest_name = 64;

// The library would also read paths, this machine's own zone and tables that count leap seconds: only IANA's
// names are names here.
bool is_zone_name(std::string_view name) {
    auto const is_name_character = [](char c) {
        return ascii::is_alphanumeric(c) || c == '/' || c == '_' || c == '-' || c == '+';
    };
    if (name.empty() || name.size() > longest_name || !ascii::is_alphanumeric(name.front())) return false;
    if (!std::ranges::all_of(name, is_name_character)) return false;
    if (name.starts_with("right/") || name.starts_with("posix/")) return false;
    return name != "localtime" && name != "posixrules" && name != "Factory";
}

Time from_absl(absl::Time time) {
    return from_micros(absl::ToUnixMicros(time));
}
absl::Time to_absl(Time time) {
    return absl::FromUnixMicros(to_micros(time));
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<Rules const>, std::less<>> known;
    std::lock_guard const lock(mutex);
    if (auto const found = known.find(name); found != known.end()) return TimeZone{*found->second};
    absl::TimeZone zone;
    if (!is_zone_name(name) || !absl::LoadTimeZone({name.data(), name.size()}, &zone)) {
        return Problem{{FieldError{"/timezone", "format",
                                   "must be an IANA time zone such as \"UTC\" or \"Europe/Paris\""}}};
    }
    auto const& kept =
        known.emplace(std::string{name}, std::make_unique<Rules const>(Rules{zone})).first->second;
    return TimeZone{*kept};
}

TimeZone TimeZone::utc() {
    static Rules const rules{absl::UTCTimeZone()};
    return TimeZone{rules};
}

Civil TimeZone::civil(Time time) const {
    auto const second = rules_->zone.At(to_absl(time)).cs;
    // The library's week begins on Monday.
    auto const weekday = (static_cast<int>(absl::GetWeekday(second)) + 1) % 7;
    return {.year = static_cast<int>(second.year()),
            .month = second.month(),
            .day = second.day(),
            .hour = second.hour(),
            .minute = second.minute(),
            .weekday = weekday};
}

Time TimeZone::moment(Civil const& civil) const {
    auto const found =
        rules_->zone.At(absl::CivilSecond(civil.year, civil.month, civil.day, civil.hour, civil.minute));
    return from_absl(found.kind == absl::TimeZone::TimeInfo::SKIPPED ? found.trans : found.pre);
}

std::chrono::seconds TimeZone::offset(Time time) const {
    return std::chrono::seconds{rules_->zone.At(to_absl(time)).offset};
}

}  // namespace securestack
