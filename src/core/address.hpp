// IP addresses and networks, as written in configuration and in X-Forwarded-For.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace securestack {

// IPv4 is held as an IPv4-mapped IPv6 address, so that ::ffff:192.0.2.1 and 192.0.2.1 are one.
class Address {
  public:
    static std::optional<Address> parse(std::string_view text);  // no port, no brackets, no zone

    std::string to_string() const;  // RFC 5952; IPv4 in dotted form
    bool is_v4() const;
    bool is_loopback() const;  // 127.0.0.0/8 or ::1

    // What limits count by: the address itself for IPv4, the /64 for IPv6.
    std::string limit_key() const;

    bool operator==(Address const&) const = default;
    std::array<std::uint8_t, 16> const& bytes() const { return bytes_; }

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

class Network {
  public:
    static std::optional<Network> parse(std::string_view text);  // "192.0.2.0/24", "::1", "fd00::/8"
    bool contains(Address const& address) const;

  private:
    std::array<std::uint8_t, 16> bytes_{};
    int prefix_ = 128;
};

// The client behind trusted proxies: walks X-Forwarded-For from the right while the hop it came from is
// trusted. A malformed entry ends the walk; the last trusted-for address counts.
Address client_address(Address const& peer, std::string_view x_forwarded_for,
                       std::vector<Network> const& trusted);

}  // namespace securestack
