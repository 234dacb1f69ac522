#include "scheduler/schedule_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/ascii.hpp"

namespace securestack {
namespace {

constexpr std::size_t longest_schedule = 200;

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Shorthand {
    std::string_view name;
    std::string_view fields;
};
constexpr std::array shorthands{
    Shorthand{"@yearly", "0 0 1 1 *"},  Shorthand{"@annually", "0 0 1 1 *"},
    Shorthand{"@monthly", "0 0 1 * *"}, Shorthand{"@weekly", "0 0 * * 0"},
    Shorthand{"@daily", "0 0 * * *"},   Shorthand{"@midnight", "0 0 * * *"},
    Shorthand{"@hourly", "0 * * * *"},
};

struct FieldRule {
    std::string_view what;
    int least;
    int most;
    std::span<std::string_view const> names;
    int first_name;
};
constexpr std::array<FieldRule, 5> rules{{{"minute", 0, 59, {}, 0},
                                          {"hour", 0, 23, {}, 0},
                                          {"day of month", 1, 31, {}, 0},
                                          {"month", 1, 12, month_names, 1},
                                          {"day of week", 0, 7, weekday_names, 0}}};

using Values = std::bitset<60>;

std::optional<int> read_number(std::string_view text, int least, int most) {
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    // "-1" and "007" are no cron.
    if (!whole || text.size() > 2 || !ascii::is_digit(text.front())) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

std::optional<int> read_value(std::string_view text, FieldRule const& rule) {
    for (std::size_t i = 0; i < rule.names.size(); ++i) {
        if (ascii::equal_ignoring_case(text, rule.names[i])) return rule.first_name + static_cast<int>(i);
    }
    return read_number(text, rule.least, rule.most);
}

// One item of a list: "*", "5", "1-5", "*/15", "10-40/5". False when it is none.
bool read_item(std::string_view item, FieldRule const& rule, Values& values) {
    int step = 1;
    auto const slash = item.find('/');
    bool const stepped = slash != std::string_view::npos;
    if (stepped) {
        auto const value = read_number(item.substr(slash + 1), 1, rule.most);
        if (!value) return false;
        step = *value;
        item = item.substr(0, slash);
    }
    int first = rule.least;
    int last = rule.most;
    if (item != "*") {
        auto const dash = item.find('-');
        bool const range = dash != std::string_view::npos;
        auto const low = read_value(item.substr(0, dash), rule);
        auto const high = range ? read_value(item.substr(dash + 1), rule) : low;
        if (!low || !high || *low > *high) return false;
        first = *low;
        last = stepped && !range ? rule.most : *high;
    }
    for (int value = first; value <= last; value += step) values.set(static_cast<std::size_t>(value));
    return true;
}

std::optional<Values> read_field(std::string_view text, FieldRule const& rule) {
    Values values;
    while (true) {
        auto const comma = text.find(',');
        if (!read_item(text.substr(0, comma), rule, values)) return std::nullopt;
        if (comma == std::string_view::npos) return values;
        text.remove_prefix(comma + 1);
    }
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        auto const begin = text.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return words;
        text.remove_prefix(begin);
        auto const end = std::min(text.find_first_of(" \t"), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

template <std::size_t Size>
void copy(Values const& from, std::bitset<Size>& to) {
    for (std::size_t i = 0; i < Size; ++i) to.set(i, from.test(i));
}

}  // namespace

Problem ScheduleReader::wrong(std::string detail) {
    return Problem{{FieldError{"/schedule", "format", std::move(detail)}}};
}

Result<std::vector<std::string_view>> ScheduleReader::fields_of(std::string_view text) {
    if (text.size() > longest_schedule) return wrong("must have at most 200 characters");
    auto words = words_of(text);
    if (words.size() == 1 && words[0].starts_with('@')) {
        auto const* found = std::ranges::find(shorthands, words[0], &Shorthand::name);
        if (found == shorthands.end()) {
            return wrong(
                "must be @yearly, @monthly, @weekly, @daily or @hourly, or five fields such as \"30 2 * * "
                "*\"");
        }
        words = words_of(found->fields);
    }
    if (words.size() == rules.size()) return words;
    return wrong(fmt::format(
        "must have five fields (minute, hour, day of month, month, day of week), such as \"30 2 * * *\"; "
        "this has {}",
        words.size()));
}

Result<Schedule> ScheduleReader::read(std::span<std::string_view const> fields) {
    std::array<Values, rules.size()> values;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto const& rule = rules[i];
        auto const read = read_field(fields[i], rule);
        if (!read) {
            return wrong(fmt::format(
                "the {} is wrong: it takes *, numbers from {} to {}{}, ranges, lists and steps", rule.what,
                rule.least, rule.most, rule.names.empty() ? "" : ", names of three letters"));
        }
        values[i] = *read;
    }
    Schedule schedule;
    copy(values[0], schedule.minutes_);
    copy(values[1], schedule.hours_);
    copy(values[2], schedule.days_);
    copy(values[3], schedule.months_);
    if (values[4].test(7)) values[4].set(0);
    copy(values[4], schedule.weekdays_);
    schedule.any_day_ = fields[2].starts_with('*');
    schedule.any_weekday_ = fields[4].starts_with('*');
    return schedule;
}

}  // namespace securestack
