#include "scheduler/cron.hpp"

#include <array>
#include <stdexcept>

#include "scheduler/schedule_reader.hpp"

namespace securestack {
namespace {

// No two dates that a schedule can name lie further apart: 29 February on a given weekday, across 2100.
constexpr int search_years = 41;

constexpr int days_in(int year, int month) {
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

void to_next_day(Civil& civil) {
    civil.hour = civil.minute = 0;
    civil.weekday = (civil.weekday + 1) % 7;
    if (++civil.day <= days_in(civil.year, civil.month)) return;
    civil.day = 1;
    if (++civil.month <= 12) return;
    civil.month = 1;
    ++civil.year;
}

Civil after_minute(Civil civil) {
    if (++civil.minute < 60) return civil;
    civil.minute = 0;
    if (++civil.hour == 24) to_next_day(civil);
    return civil;
}

// The first member of `set` from `from` on; its size when there is none.
template <std::size_t Size>
int first_from(std::bitset<Size> const& set, int from) {
    auto at = static_cast<std::size_t>(from);
    while (at < Size && !set.test(at)) ++at;
    return static_cast<int>(at);
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
    auto const fields = ScheduleReader::fields_of(text);
    if (!fields) return fields.error();
    auto schedule = ScheduleReader::read(*fields);
    if (!schedule) return schedule.error();
    Civil const saturday{.year = 2000, .month = 1, .day = 1, .hour = 0, .minute = 0, .weekday = 6};
    if (!schedule->first(saturday))
        return ScheduleReader::wrong("names a date that never comes: the month has no such day");
    return schedule;
}

bool Schedule::day_matches(Civil const& civil) const {
    if (!months_.test(static_cast<std::size_t>(civil.month))) return false;
    bool const day = days_.test(static_cast<std::size_t>(civil.day));
    bool const weekday = weekdays_.test(static_cast<std::size_t>(civil.weekday));
    return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

bool Schedule::matches(Civil const& civil) const {
    return minutes_.test(static_cast<std::size_t>(civil.minute)) &&
           hours_.test(static_cast<std::size_t>(civil.hour)) && day_matches(civil);
}

std::optional<Civil> Schedule::first(Civil from) const {
    for (int const last = from.year + search_years; from.year <= last; to_next_day(from)) {
        if (!day_matches(from)) continue;
        auto const minute = first_from(minutes_, from.minute);
        if (hours_.test(static_cast<std::size_t>(from.hour)) && minute < 60) {
            from.minute = minute;
            return from;
        }
        auto const hour = first_from(hours_, from.hour + 1);
        if (hour == 24) continue;
        from.hour = hour;
        from.minute = first_from(minutes_, 0);
        return from;
    }
    return std::nullopt;
}

// Local minutes never happen in another order than they are read in (see `moment`), so the first that happens
// after `after` is looked for from the minute that was read then; in the second pass of a doubled hour, those
// that had their turn in the first are passed over.
Time Schedule::next(Time after, TimeZone const& zone) const {
    auto slot = first(after_minute(zone.civil(after)));
    while (slot && zone.moment(*slot) <= after) slot = first(after_minute(*slot));
    if (!slot) throw std::logic_error("a schedule without a next slot passed Schedule::parse");
    return zone.moment(*slot);
}

std::vector<Time> Schedule::preview(Time after, TimeZone const& zone, std::size_t count) const {
    std::vector<Time> slots;
    slots.reserve(count);
    while (slots.size() < count) slots.push_back(after = next(after, zone));
    return slots;
}

}  // namespace securestack
