// Schedules as people write them in a crontab: five fields or a name, in a time zone. Pure: nothing here
// reads a clock.
//
// Fields: minute 0-59, hour 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 0-7 or SUN-SAT (0 and
// 7 are Sunday); each a star, a number, a range, a step ("*/15", "9-17/2", "10/5" for "10-59/5") or a list of
// these. As in Vixie cron, a day satisfies both day fields when either begins with a star, else it need
// satisfy only one. Names: @yearly @annually @monthly @weekly @daily @midnight @hourly.
//
// Where a zone changes its offset, every slot of the local calendar runs once: one in a skipped hour at the
// moment of the change, one in a doubled hour at its first pass.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/time.hpp"

namespace securestack {

// A minute of a local calendar.
struct Civil {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int weekday = 4;  // 0 is Sunday
};

// A place's rules of time, by its IANA name ("Europe/Paris", "UTC"). Cheap to copy; valid for the life of the
// program. Thread-safe.
class TimeZone {
  public:
    // Problem `invalid`, at "/timezone", for a name that the system's zone database does not have.
    static Result<TimeZone> find(std::string_view name);
    static TimeZone utc();

    Civil civil(Time time) const;
    // The moment at which a local minute happens: its first pass when it happens twice, the moment of the
    // change when the clocks skip it. A later minute never happens before an earlier one. The weekday is not
    // looked at.
    Time moment(Civil const& civil) const;
    std::chrono::seconds offset(Time time) const;  // of local time, east of UTC

  private:
    struct Rules;
    explicit TimeZone(Rules const& rules) : rules_(&rules) {}
    Rules const* rules_;
};

class Schedule {
  public:
    // Problem `invalid`, at "/schedule", that names the field which is wrong and what it may hold; also for a
    // date that never comes (30 February).
    static Result<Schedule> parse(std::string_view text);

    // The first slot strictly after `after`.
    Time next(Time after, TimeZone const& zone) const;
    // The first `count` slots strictly after `after`. Two of a skipped hour are one moment, and one slot.
    std::vector<Time> preview(Time after, TimeZone const& zone, std::size_t count) const;

    bool matches(Civil const& civil) const;

  private:
    Schedule() = default;
    bool day_matches(Civil const& civil) const;
    // The first matching minute from `from` on, that one included.
    std::optional<Civil> first(Civil from) const;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool any_day_ = true;
    bool any_weekday_ = true;

    friend class ScheduleReader;
};

}  // namespace securestack
