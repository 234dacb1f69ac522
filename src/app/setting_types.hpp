// The types that settings have beyond plain text, and how each is read from text.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "identity/settings.hpp"

namespace securestack {

// "127.0.0.1:8000", "[::1]:8000", "localhost:8000"; port 0 asks the system for a free one.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;

    bool operator==(ListenAddress const&) const = default;
    bool is_loopback() const;       // nobody on another machine reaches it
    std::string to_string() const;  // with the brackets that an IPv6 address needs
};

// Each reads `text` into `value` and returns an empty string, or says what would be right and leaves `value`.
std::string read_setting(std::string_view text, std::string& value);
std::string read_setting(std::string_view text, std::filesystem::path& value);
std::string read_setting(std::string_view text, ListenAddress& value);
std::string read_setting(std::string_view text, std::optional<ListenAddress>& value);  // empty: none
std::string read_setting(std::string_view text, std::vector<Network>& value);          // comma separated
std::string read_setting(std::string_view text, RegistrationPolicy& value);
std::string read_setting(std::string_view text, std::optional<Rate>& value);  // "off": none
std::string read_setting(std::string_view text, LogLevel& value);
std::string read_setting(std::string_view text, LogFormat& value);
std::string read_setting(std::string_view text, bool& value);

std::string read_database(std::string_view text, Secret& value);
std::string read_url(std::string_view text, std::string& value);       // http(s)://host[:port][/], or empty
std::string read_schedule(std::string_view text, std::string& value);  // or "off"
std::string read_count(std::string_view text, std::size_t least, std::size_t most, std::size_t& value);
// "30s", "5m", "12h", "7d".
std::string read_duration(std::string_view text, std::chrono::seconds least, std::chrono::seconds most,
                          std::chrono::seconds& value);

// "30s", "5m", "12h", "7d": the largest unit that divides it.
std::string format_duration(std::chrono::seconds value);

// A database URL as it may be shown: the password, in the authority or as a parameter, is "***".
std::string mask_database(std::string_view url);

}  // namespace securestack
