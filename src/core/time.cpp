#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace securestack {
namespace {

using namespace std::chrono;

constexpr Time first_time = sys_days{year{0} / January / 1};
constexpr Time last_time = sys_days{year{10000} / January / 1} - microseconds{1};

constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

void put_pair(char* at, unsigned value) {
    at[0] = digit_pairs[2 * value];
    at[1] = digit_pairs[2 * value + 1];
}

// Reads a text from left to right; once something did not fit, `failed` stays set.
struct Reader {
    std::string_view rest;
    bool failed = false;

    int number(std::size_t digits, int low, int high) {
        int value = 0;
        auto const* end = rest.data() + std::min(digits, rest.size());
        bool const all_digits = std::all_of(rest.data(), end, [](char c) { return c >= '0' && c <= '9'; });
        if (rest.size() < digits || !all_digits) return fail();
        std::from_chars(rest.data(), end, value);
        if (value < low || value > high) return fail();
        rest.remove_prefix(digits);
        return value;
    }

    // Consumes one of `choices` and returns it, or 0.
    char one_of(std::string_view choices) {
        if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return 0;
        char const found = rest.front();
        rest.remove_prefix(1);
        return found;
    }

    void expect(std::string_view choices) {
        if (one_of(choices) == 0) failed = true;
    }

    microseconds fraction() {
        if (one_of(".") == 0) return {};
        auto const digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
        if (digits == 0 || digits > 9) failed = true;
        std::int64_t micros = 0;
        for (std::size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < digits ? rest[i] - '0' : 0);
        rest.remove_prefix(digits);
        return microseconds{micros};
    }

    minutes offset() {
        char const sign = one_of("Zz+-");
        if (sign == 0) failed = true;
        if (sign != '+' && sign != '-') return {};
        auto const hour = number(2, 0, 23);
        expect(":");
        auto const value = hours{hour} + minutes{number(2, 0, 59)};
        return sign == '-' ? -value : value;
    }

  private:
    int fail() {
        failed = true;
        return 0;
    }
};

}  // namespace

void append_time(std::string& out, Time time) {
    time = std::clamp(time, first_time, last_time);
    auto const day = floor<days>(time);
    year_month_day const date{day};
    auto const in_day = static_cast<std::uint64_t>((time - day).count());
    auto const seconds = static_cast<unsigned>(in_day / 1'000'000);
    auto const micros = static_cast<unsigned>(in_day % 1'000'000);
    auto const civil_year = static_cast<unsigned>(static_cast<int>(date.year()));

    char text[] = "0000-00-00T00:00:00.000000Z";
    put_pair(text, civil_year / 100);
    put_pair(text + 2, civil_year % 100);
    put_pair(text + 5, static_cast<unsigned>(date.month()));
    put_pair(text + 8, static_cast<unsigned>(date.day()));
    put_pair(text + 11, seconds / 3600);
    put_pair(text + 14, seconds / 60 % 60);
    put_pair(text + 17, seconds % 60);
    put_pair(text + 20, micros / 10'000);
    put_pair(text + 22, micros / 100 % 100);
    put_pair(text + 24, micros % 100);
    out.append(text, sizeof text - 1);
}

std::string format_time(Time time) {
    std::string out;
    append_time(out, time);
    return out;
}

std::optional<Time> parse_time(std::string_view text) {
    Reader in{text};
    auto const civil_year = in.number(4, 0, 9999);
    in.expect("-");
    auto const civil_month = in.number(2, 1, 12);
    in.expect("-");
    auto const civil_day = in.number(2, 1, 31);
    in.expect("Tt");
    auto const hour = in.number(2, 0, 23);
    in.expect(":");
    auto const minute = in.number(2, 0, 59);
    in.expect(":");
    auto const second = in.number(2, 0, 60);
    auto const fraction = in.fraction();
    auto const offset = in.offset();

    year_month_day const date{year{civil_year}, month{static_cast<unsigned>(civil_month)},
                              day{static_cast<unsigned>(civil_day)}};
    if (in.failed || !in.rest.empty() || !date.ok()) return std::nullopt;

    Time const whole = sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - offset;
    // A leap second can only end a UTC day; it is read as the first instant of the next day.
    if (second == 60 && floor<days>(whole) != whole) return std::nullopt;
    Time const time = whole + fraction;
    if (time < first_time || time > last_time) return std::nullopt;
    return time;
}

Time SystemClock::now() const {
    return floor<microseconds>(system_clock::now());
}

}  // namespace securestack
