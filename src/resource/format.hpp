// Forms of text that fields can ask for: `field<&Server::ip>("ip").format(formats::ip)`.
#pragma once

#include <string_view>

namespace securestack {

// A named form of text: its OpenAPI `format`, and the check that goes with it.
struct TextFormat {
    std::string_view name;  // "hostname", "ip", "email", "date-time" …
    bool (*accepts)(std::string_view text);
    std::string_view expected;  // completes "must be …"
};

namespace formats {

namespace detail {
bool is_host(std::string_view text);
bool is_ip(std::string_view text);
bool is_email(std::string_view text);
bool is_uri(std::string_view text);
bool is_http_url(std::string_view text);
bool is_label_key(std::string_view text);
bool is_one_line(std::string_view text);
}  // namespace detail

// What a server can be reached by: an RFC 1123 §2.1 name (labels of 1..63 letters, digits and inner hyphens,
// 253 characters in all; a last label of digits only is an address that went wrong), or an IPv4 or IPv6
// address without brackets. JSON Schema's own "hostname" has no room for addresses.
inline constexpr TextFormat hostname{"host", detail::is_host,
                                     "a host name such as db-1.example.com, or an IP address"};
inline constexpr TextFormat ip{"ip", detail::is_ip, "an IPv4 or IPv6 address, without port or prefix"};
// Something, one @, and a host name with a dot; no spaces, no comments, no quoted local part.
inline constexpr TextFormat email{"email", detail::is_email, "an e-mail address such as name@example.com"};
inline constexpr TextFormat uri{"uri", detail::is_uri, "an absolute URI (RFC 3986)"};
inline constexpr TextFormat http_url{"uri", detail::is_http_url, "an http or https URL with a host"};
inline constexpr TextFormat label_key{
    "label-key", detail::is_label_key,
    "1 to 63 of the characters A-Z a-z 0-9 . _ / -, with a letter or a digit first"};
// For names: no control characters, and no white space at either end.
inline constexpr TextFormat one_line{"one-line", detail::is_one_line,
                                     "a single line of visible text, with no white space at its ends"};

}  // namespace formats

}  // namespace securestack
