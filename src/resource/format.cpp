#include "resource/format.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "core/address.hpp"
#include "core/ascii.hpp"
#include "core/encoding.hpp"

namespace securestack::formats::detail {

namespace {

using ascii::is_alphanumeric;
using ascii::is_control;
using ascii::is_digit;

bool is_dns_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && is_alphanumeric(label.front()) &&
           is_alphanumeric(label.back()) &&
           std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_hostname(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty() || text.size() > 253) return false;
    std::string_view last;
    for (std::size_t begin = 0; begin <= text.size();) {
        auto const end = std::min(text.find('.', begin), text.size());
        last = text.substr(begin, end - begin);
        if (!is_dns_label(last)) return false;
        begin = end + 1;
    }
    return !std::ranges::all_of(last, is_digit);
}

}  // namespace

bool is_ip(std::string_view text) {
    return Address::parse(text).has_value();
}

bool is_host(std::string_view text) {
    return is_ip(text) || is_hostname(text);
}

bool is_email(std::string_view text) {
    auto const at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    auto const local = text.substr(0, at);
    auto const domain = text.substr(at + 1);
    bool const plain = std::ranges::none_of(local, [](char c) {
        return is_control(c) || std::string_view{" \"(),:;<>[\\]"}.find(c) != std::string_view::npos;
    });
    return plain && !local.starts_with('.') && !local.ends_with('.') &&
           local.find("..") == std::string_view::npos && domain.find('.') != std::string_view::npos &&
           !domain.ends_with('.') && is_hostname(domain);
}

bool is_uri(std::string_view text) {
    return boost::urls::parse_uri(text).has_value();
}

bool is_http_url(std::string_view text) {
    auto const url = boost::urls::parse_uri(text);
    if (!url || url->host().empty()) return false;
    return url->scheme_id() == boost::urls::scheme::http || url->scheme_id() == boost::urls::scheme::https;
}

bool is_label_key(std::string_view text) {
    return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
           std::ranges::all_of(text, [](char c) {
               return is_alphanumeric(c) || std::string_view{"._/-"}.find(c) != std::string_view::npos;
           });
}

bool is_one_line(std::string_view text) {
    return text.empty() || (!text.starts_with(' ') && !text.ends_with(' ') && is_plain_line(text));
}

}  // namespace securestack::formats::detail
