#include "http/target.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/address.hpp"

namespace securestack {
namespace {

constexpr auto table_of(std::string_view extra) {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (char c : extra) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto path_table = table_of("-._~!$&'()*+,;=:@/%");
constexpr auto host_table = table_of("-._~!$&'()*+,;=");

bool all_in(std::array<bool, 256> const& table, std::string_view text) {
    return std::ranges::all_of(text, [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool escapes_are_whole(std::string_view text) {
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
    }
    return true;
}

bool is_query(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

Problem malformed(std::string detail) {
    return {ErrorCode::malformed, std::move(detail)};
}

std::size_t scheme_length(std::string_view target) {
    std::string head{target.substr(0, 8)};
    std::ranges::transform(head, head.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (head.starts_with("http://")) return 7;
    return head == "https://" ? 8 : 0;
}

}  // namespace

Result<Target> split_target(std::string_view target) {
    if (target == "*") return Target{"*", {}, {}};
    Target parts;
    auto rest = target;
    if (!target.starts_with('/')) {
        auto const scheme = scheme_length(target);
        if (scheme == 0) return malformed("The request target must begin with / or be an http or https URL.");
        rest.remove_prefix(scheme);
        parts.authority = rest.substr(0, rest.find_first_of("/?"));
        if (!is_authority(parts.authority))
            return malformed("The authority of the request target is not valid.");
        rest.remove_prefix(parts.authority.size());
    }
    auto const question = rest.find('?');
    parts.path = rest.substr(0, question);
    if (question != std::string_view::npos) parts.query = rest.substr(question + 1);
    if (rest.find('#') != std::string_view::npos) return malformed("A request target has no fragment.");
    if (!all_in(path_table, parts.path) || !is_query(parts.query)) {
        return malformed("The request target holds a character that must be percent-encoded.");
    }
    if (!escapes_are_whole(rest))
        return malformed("Every % in the request target must begin an escape of two hex digits.");
    if (parts.path.empty()) parts.path = "/";
    return parts;
}

bool is_authority(std::string_view text) {
    auto host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        auto const close = text.find(']');
        if (close == std::string_view::npos) return false;
        auto const address = Address::parse(text.substr(1, close - 1));
        if (!address || text.substr(1, close - 1).find(':') == std::string_view::npos) return false;
        auto const after = text.substr(close + 1);
        if (!after.empty() && after.front() != ':') return false;
        port = after.empty() ? after : after.substr(1);
    } else {
        auto const colon = text.find(':');
        host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon + 1);
        if (host.empty() || host.size() > 255 || !all_in(host_table, host)) return false;
    }
    if (port.size() > 5 || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    return port.empty() || std::stoi(std::string{port}) <= 65535;
}

}  // namespace securestack
