#include "http/target.hpp"

#include <algorithm>
#include <string>

#include "core/address.hpp"
#include "core/ascii.hpp"

namespace securestack {
namespace {

constexpr ascii::CharSet path_characters{"-._~!$&'()*+,;=:@/%"};
constexpr ascii::CharSet host_characters{"-._~!$&'()*+,;="};

bool is_hex(char c) {
    return ascii::hex_digit(c) >= 0;
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
    auto const head = ascii::lower(target.substr(0, 8));
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
    if (!path_characters.has_all(parts.path) || !is_query(parts.query)) {
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
        if (host.empty() || host.size() > 255 || !host_characters.has_all(host)) return false;
    }
    if (port.size() > 5 || !std::ranges::all_of(port, ascii::is_digit)) return false;
    return port.empty() || std::stoi(std::string{port}) <= 65535;
}

}  // namespace securestack
