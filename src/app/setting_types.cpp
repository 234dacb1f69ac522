#include "app/setting_types.hpp"

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "core/ascii.hpp"
#include "scheduler/cron.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// The choices are few and stand in the message, which is better than a guess at the one that was meant.
template <class Value>
std::string read_choice(std::string_view text, std::span<std::pair<std::string_view, Value> const> choices,
                        Value& value) {
    std::string names;
    for (auto const& [name, choice] : choices) {
        if (name == text) {
            value = choice;
            return {};
        }
        if (!names.empty()) names += &name == &choices.back().first ? " or " : ", ";
        names += name;
    }
    return "must be " + names;
}

struct Unit {
    std::string_view name;
    seconds length;
};

std::optional<seconds> unit_length(std::span<Unit const> units, std::string_view name) {
    for (auto const& unit : units) {
        if (unit.name == name) return unit.length;
    }
    return std::nullopt;
}

constexpr std::string_view hidden = "***";

// Whether `rest` of a URL begins with a port rather than with a password whose '@' was forgotten.
bool is_port(std::string_view rest) {
    return parse_number<std::uint16_t>(rest.substr(0, rest.find_first_of("/?"))).has_value();
}

constexpr std::array<Unit, 4> duration_units{
    {{"d", seconds{86'400}}, {"h", seconds{3'600}}, {"m", seconds{60}}, {"s", seconds{1}}}};

}  // namespace

std::string ListenAddress::to_string() const {
    auto const bracketed = host.find(':') != host.npos ? "[" + host + "]" : host;
    return bracketed + ":" + std::to_string(port);
}

bool ListenAddress::is_loopback() const {
    if (host == "localhost") return true;
    auto const address = Address::parse(host);
    return address && address->is_loopback();
}

std::string read_setting(std::string_view text, std::string& value) {
    value = text;
    return {};
}

std::string read_setting(std::string_view text, std::filesystem::path& value) {
    value = text;
    return {};
}

std::string read_setting(std::string_view text, ListenAddress& value) {
    constexpr auto expected = "must be HOST:PORT, such as 127.0.0.1:8000, 0.0.0.0:8000 or [::1]:8000";
    auto const colon = text.rfind(':');
    if (colon == text.npos) return expected;
    auto host = text.substr(0, colon);
    auto const port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port) return expected;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (!Address::parse(host)) return expected;
    } else if (host.find(':') != host.npos) {
        return expected;
    }
    if (host.empty() || host.find_first_of(" /@[]") != host.npos) return expected;
    value = ListenAddress{std::string{host}, *port};
    return {};
}

std::string read_setting(std::string_view text, std::optional<ListenAddress>& value) {
    ListenAddress address;
    if (!text.empty()) {
        if (auto wrong = read_setting(text, address); !wrong.empty()) return wrong;
    }
    value = text.empty() ? std::nullopt : std::optional{std::move(address)};
    return {};
}

std::string read_setting(std::string_view text, std::vector<Network>& value) {
    std::vector<Network> networks;
    while (!ascii::trim(text).empty()) {
        auto const comma = text.find(',');
        auto const one = ascii::trim(text.substr(0, comma));
        auto network = Network::parse(one);
        if (!network) {
            return "must be addresses or networks such as 10.0.0.0/8, ::1, separated by commas; \"" +
                   std::string{one} + "\" is neither";
        }
        networks.push_back(*network);
        text = comma == text.npos ? std::string_view{} : text.substr(comma + 1);
    }
    value = std::move(networks);
    return {};
}

std::string read_setting(std::string_view text, RegistrationPolicy& value) {
    static constexpr std::array<std::pair<std::string_view, RegistrationPolicy>, 3> choices{
        {{"open", RegistrationPolicy::open},
         {"invite", RegistrationPolicy::invite},
         {"closed", RegistrationPolicy::closed}}};
    return read_choice<RegistrationPolicy>(text, choices, value);
}

std::string read_setting(std::string_view text, std::optional<Rate>& value) {
    if (text == "off") {
        value.reset();
        return {};
    }
    auto const rate = Rate::parse(text);
    if (!rate) return "must be a rate such as 10/min (per s, min, h or d), or off";
    value = *rate;
    return {};
}

std::string read_setting(std::string_view text, LogLevel& value) {
    static constexpr std::array<std::pair<std::string_view, LogLevel>, 5> choices{{{"debug", LogLevel::debug},
                                                                                   {"info", LogLevel::info},
                                                                                   {"warn", LogLevel::warn},
                                                                                   {"error", LogLevel::error},
                                                                                   {"off", LogLevel::off}}};
    return read_choice<LogLevel>(text, choices, value);
}

std::string read_setting(std::string_view text, LogFormat& value) {
    static constexpr std::array<std::pair<std::string_view, LogFormat>, 3> choices{
        {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}};
    return read_choice<LogFormat>(text, choices, value);
}

std::string read_setting(std::string_view text, bool& value) {
    static constexpr std::array<std::pair<std::string_view, bool>, 2> choices{
        {{"true", true}, {"false", false}}};
    return read_choice<bool>(text, choices, value);
}

std::string read_database(std::string_view text, Secret& value) {
    auto const sqlite = text.starts_with("sqlite:") && text.size() > 7;
    if (!sqlite && !text.starts_with("postgres://") && !text.starts_with("postgresql://")) {
        return "must be sqlite:/path/to/file or postgres://user:password@host/name";
    }
    value = Secret{std::string{text}};
    return {};
}

std::string read_url(std::string_view text, std::string& value) {
    // As it is copied from an address bar.
    if (text.ends_with('/')) text.remove_suffix(1);
    auto const scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    auto const host = text.substr(scheme);
    auto const bad = scheme == 0 || host.empty() || host.find_first_of(" /?#@\"<>") != host.npos;
    if (!text.empty() && bad) {
        return "must be the address that users open, without a path, such as https://stack.example.org";
    }
    value = text;
    return {};
}

std::string read_schedule(std::string_view text, std::string& value) {
    if (text != "off") {
        auto const schedule = Schedule::parse(text);
        if (!schedule) {
            auto const& problem = schedule.error();
            return problem.errors.empty() ? problem.detail : problem.errors.front().detail;
        }
    }
    value = text;
    return {};
}

std::string read_count(std::string_view text, std::size_t least, std::size_t most, std::size_t& value) {
    auto const number = parse_number<std::size_t>(text);
    if (!number || *number < least || *number > most) {
        return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    }
    value = *number;
    return {};
}

std::string read_duration(std::string_view text, seconds least, seconds most, seconds& value) {
    auto const digits = text.find_first_not_of("0123456789");
    auto const number = parse_number<std::int64_t>(text.substr(0, digits));
    auto const unit = digits == text.npos ? std::nullopt : unit_length(duration_units, text.substr(digits));
    auto const fits = number && unit && *number <= most / *unit && *number * *unit >= least;
    if (!fits) {
        return "must be a duration from " + format_duration(least) + " to " + format_duration(most) +
               ", such as 30s, 5m, 12h or 7d";
    }
    value = *number * *unit;
    return {};
}

std::string format_duration(seconds value) {
    for (auto const& unit : duration_units) {
        if (value >= unit.length && value % unit.length == seconds{0}) {
            return std::to_string(value / unit.length).append(unit.name);
        }
    }
    return std::to_string(value.count()) + "s";
}

std::string mask_database(std::string_view url) {
    std::string masked{url};
    if (url.starts_with("sqlite:")) return masked;
    auto const scheme = masked.find("://");
    if (scheme == masked.npos) return "***";
    auto const authority = scheme + 3;
    // "password" and "sslpassword", before the part in front of them is made shorter or longer.
    for (auto from = authority; (from = masked.find("password=", from)) != masked.npos;) {
        from += std::string_view{"password="}.size();
        masked.replace(from, masked.find('&', from) - from, hidden);
    }
    auto const colon = masked.find(':', authority);
    if (colon == masked.npos) return masked;
    // A password with an unescaped '@' or '/' is malformed; the last '@' hides all that could be part of it.
    auto const at = masked.rfind('@');
    if (at != masked.npos) {
        if (colon < at) masked.replace(colon + 1, at - colon - 1, hidden);
    } else if (!is_port(std::string_view{masked}.substr(colon + 1))) {
        masked.replace(colon + 1, masked.npos, hidden);
    }
    return masked;
}

}  // namespace securestack
