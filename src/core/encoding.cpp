#include "core/encoding.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sodium.h>
#include <utf8proc.h>

#include "core/ascii.hpp"

namespace securestack {
namespace {

constexpr int base64url = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

constexpr ascii::CharSet unreserved{"-._~"};

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

// The number of leading ASCII characters, found a machine word at a time.
std::size_t ascii_prefix(std::string_view text) {
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & 0x8080808080808080u) != 0) break;
    }
    while (at < text.size() && is_ascii(text[at])) ++at;
    return at;
}

// Most of a text stands for itself: it is copied in pieces.
template <class Is>
std::size_t length_while(std::string_view text, Is const& is) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

// `text` must be valid UTF-8.
std::string map_unicode(std::string_view text, int options) {
    utf8proc_uint8_t* mapped = nullptr;
    auto const size = utf8proc_map(reinterpret_cast<utf8proc_uint8_t const*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                   static_cast<utf8proc_option_t>(options));
    std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> const owner(mapped, std::free);
    if (size < 0) throw std::bad_alloc();
    return {reinterpret_cast<char const*>(mapped), static_cast<std::size_t>(size)};
}

constexpr utf8proc_int32_t braille_blank = 0x2800;  // a symbol by its category, and yet nothing is seen

bool is_visible_point(utf8proc_int32_t point) {
    return utf8proc_category(point) != UTF8PROC_CATEGORY_ZS && point != braille_blank &&
           !utf8proc_get_property(point)->ignorable;
}

}  // namespace

std::string to_base64url(ByteView bytes) {
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), base64url), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), base64url);
    out.pop_back();  // the terminating NUL
    return out;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    Bytes out(text.size() / 4 * 3 + 2);
    std::size_t size = 0;
    if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                          base64url) != 0)
        return std::nullopt;
    out.resize(size);
    return out;
}

std::string to_hex(ByteView bytes) {
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
    out.pop_back();  // the terminating NUL
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    auto const is_canonical = [](char c) { return ascii::hex_digit(c) >= 0 && !ascii::is_upper(c); };
    if (text.size() % 2 != 0 || !std::ranges::all_of(text, is_canonical)) return std::nullopt;
    Bytes out(text.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] =
            static_cast<std::uint8_t>(ascii::hex_digit(text[2 * i]) * 16 + ascii::hex_digit(text[2 * i + 1]));
    return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool form) {
    auto const stands_for_itself = [form](char c) { return c != '%' && c != '\0' && (c != '+' || !form); };
    std::string out;
    out.reserve(text.size());
    while (true) {
        auto const plain = length_while(text, stands_for_itself);
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return out;
        if (text.front() == '+') {
            out.push_back(' ');
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return std::nullopt;  // NUL, too
        auto const high = ascii::hex_digit(text[1]);
        auto const low = ascii::hex_digit(text[2]);
        auto const c = static_cast<char>(high * 16 + low);
        if (text.front() != '%' || high < 0 || low < 0 || c == '\0') return std::nullopt;
        out.push_back(c);
        text.remove_prefix(3);
    }
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    while (true) {
        auto const plain = length_while(text, [](char c) { return unreserved.has(c); });
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return out;
        auto const byte = static_cast<unsigned char>(text.front());
        out.push_back('%');
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
        text.remove_prefix(1);
    }
}

bool is_utf8(std::string_view text) {
    while (true) {
        text.remove_prefix(ascii_prefix(text));
        if (text.empty()) return true;
        utf8proc_int32_t code_point = 0;
        auto const size = utf8proc_iterate(reinterpret_cast<utf8proc_uint8_t const*>(text.data()),
                                           static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::size_t code_points(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_plain_line(std::string_view text) {
    bool visible = false;
    auto const* next = reinterpret_cast<utf8proc_uint8_t const*>(text.data());
    for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
        utf8proc_int32_t point = 0;
        auto const used = utf8proc_iterate(next, left, &point);
        if (used <= 0) return false;
        auto const category = utf8proc_category(point);
        bool const line_break = category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
        bool const turns = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        if (category == UTF8PROC_CATEGORY_CC || line_break || turns) return false;
        visible = visible || is_visible_point(point);
        next += used;
        left -= used;
    }
    return visible;
}

std::optional<std::string> fold_case(std::string_view utf8) {
    if (ascii_prefix(utf8) == utf8.size()) return ascii::lower(utf8);
    if (!is_utf8(utf8)) return std::nullopt;
    // Unicode's NFKC_Casefold: what is invisible goes too.
    return map_unicode(
        utf8, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

std::optional<std::string> normalize_nfc(std::string_view utf8) {
    if (ascii_prefix(utf8) == utf8.size()) return std::string(utf8);
    if (!is_utf8(utf8)) return std::nullopt;
    return map_unicode(utf8, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

}  // namespace securestack
