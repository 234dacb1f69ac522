#include "backups/log_text.hpp"

#include <algorithm>
#include <cstdint>

namespace securestack {
namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// The length of the well-formed character that `text` begins with (Unicode table 3-7); 0 when it is none.
std::size_t character(std::string_view text) {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
    auto const lead = at(0);
    if (lead < 0x80) return lead == 0 ? 0 : 1;
    auto const within = [&](std::size_t i, unsigned least, unsigned most) {
        return at(i) >= least && at(i) <= most;
    };
    if (lead >= 0xc2 && lead <= 0xdf) return within(1, 0x80, 0xbf) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        unsigned const least = lead == 0xe0 ? 0xa0 : 0x80;
        unsigned const most = lead == 0xed ? 0x9f : 0xbf;
        return within(1, least, most) && within(2, 0x80, 0xbf) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        unsigned const least = lead == 0xf0 ? 0x90 : 0x80;
        unsigned const most = lead == 0xf4 ? 0x8f : 0xbf;
        return within(1, least, most) && within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf) ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string_view last_bytes(std::string_view utf8, std::size_t most) {
    if (utf8.size() <= most) return utf8;
    utf8.remove_prefix(utf8.size() - most);
    while (!utf8.empty() && continues(utf8.front())) utf8.remove_prefix(1);
    return utf8;
}

std::string readable_tail(std::string_view bytes, std::size_t most) {
    bytes = last_bytes(bytes, most);
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        auto const length = character(bytes);
        text += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : bytes.substr(0, length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return std::string{last_bytes(text, most)};
}

}  // namespace securestack
