#include "core/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include "core/ascii.hpp"

namespace securestack {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int v4_prefix_bits = 96;

void append_hex_group(std::string& out, unsigned group) {
    std::array<char, 4> text;
    auto const end = std::to_chars(text.begin(), text.end(), group, 16).ptr;
    out.append(text.begin(), end);
}

struct Run {
    std::size_t begin = 0;
    std::size_t size = 0;
};

// RFC 5952, 4.2: the longest run of zero groups, the first of equals, never a single one.
Run longest_zero_run(std::array<unsigned, 8> const& groups) {
    Run best;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        Run run{i, 0};
        while (i < groups.size() && groups[i] == 0) ++i, ++run.size;
        if (run.size > best.size) best = run;
    }
    return best.size >= 2 ? best : Run{};
}

std::optional<int> parse_prefix(std::string_view text, int limit) {
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const padded = text.size() > 1 && text.front() == '0';
    if (error != std::errc{} || end != text.data() + text.size() || padded) return std::nullopt;
    if (value < 0 || value > limit) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
    std::ranges::copy(text, terminated.begin());
    Address address;
    if (inet_pton(AF_INET6, terminated.data(), address.bytes_.data()) == 1) return address;
    std::ranges::copy(v4_prefix, address.bytes_.begin());
    if (inet_pton(AF_INET, terminated.data(), address.bytes_.data() + v4_prefix.size()) == 1) return address;
    return std::nullopt;
}

bool Address::is_v4() const {
    return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes_.begin());
}

bool Address::is_loopback() const {
    static Network const loopback[] = {*Network::parse("127.0.0.0/8"), *Network::parse("::1")};
    return std::ranges::any_of(loopback, [&](Network const& network) { return network.contains(*this); });
}

std::string Address::to_string() const {
    std::string out;
    if (is_v4()) {
        for (std::size_t i = v4_prefix.size(); i < bytes_.size(); ++i) {
            if (!out.empty()) out.push_back('.');
            out += std::to_string(bytes_[i]);
        }
        return out;
    }
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = bytes_[2 * i] * 256u + bytes_[2 * i + 1];
    auto const zeros = longest_zero_run(groups);
    for (std::size_t i = 0; i < groups.size();) {
        if (zeros.size > 0 && i == zeros.begin) {
            out += "::";
            i += zeros.size;
            continue;
        }
        if (!out.empty() && !out.ends_with(':')) out.push_back(':');
        append_hex_group(out, groups[i++]);
    }
    return out;
}

std::string Address::limit_key() const {
    if (is_v4()) return to_string();
    Address network = *this;
    std::fill(network.bytes_.begin() + 8, network.bytes_.end(), std::uint8_t{0});
    return network.to_string() + "/64";
}

std::optional<Network> Network::parse(std::string_view text) {
    auto const slash = text.find('/');
    auto const host = text.substr(0, slash);
    auto const address = Address::parse(host);
    if (!address) return std::nullopt;
    Network network;
    network.bytes_ = address->bytes();
    if (slash == std::string_view::npos) return network;
    bool const dotted_only = host.find(':') == std::string_view::npos;
    auto const prefix = parse_prefix(text.substr(slash + 1), dotted_only ? 32 : 128);
    if (!prefix) return std::nullopt;
    network.prefix_ = *prefix + (dotted_only ? v4_prefix_bits : 0);
    return network;
}

bool Network::contains(Address const& address) const {
    // "::/0" means every IPv6 address; that the mapped IPv4 ones lie inside it is our representation only.
    if (address.is_v4() && prefix_ < v4_prefix_bits) return false;
    auto const whole = static_cast<std::size_t>(prefix_ / 8);
    if (!std::equal(bytes_.begin(), bytes_.begin() + prefix_ / 8, address.bytes().begin())) return false;
    auto const bits = prefix_ % 8;
    return bits == 0 || ((bytes_[whole] ^ address.bytes()[whole]) >> (8 - bits)) == 0;
}

Address client_address(Address const& peer, std::string_view x_forwarded_for,
                       std::vector<Network> const& trusted) {
    auto const is_trusted = [&](Address const& address) {
        return std::ranges::any_of(trusted,
                                   [&](Network const& network) { return network.contains(address); });
    };
    Address client = peer;
    std::string_view rest = x_forwarded_for;
    while (!rest.empty() && is_trusted(client)) {
        auto const comma = rest.rfind(',');
        auto const entry = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
        auto const hop = Address::parse(ascii::trim(entry));
        if (!hop) break;
        client = *hop;
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    }
    return client;
}

}  // namespace securestack
