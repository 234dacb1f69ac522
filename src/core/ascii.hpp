// What protocols and identifiers mean by letters, digits and blanks: ASCII alone, whatever the locale.
// For the texts of people see core/encoding.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace securestack::ascii {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || is_lower(c) || is_upper(c);
}
constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
// A space or a tab: what HTTP calls optional white space.
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

constexpr char lower(char c) {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper(char c) {
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}
constexpr std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = lower(c);
    return out;
}

// 0 to 15, in either case; -1 for what is no hexadecimal digit.
constexpr int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    auto const letter = lower(c);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Without the blanks at both ends.
constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// All letters and digits, and the characters of `others`: one load to tell whether a byte belongs.
class CharSet {
  public:
    constexpr explicit CharSet(std::string_view others) {
        for (std::size_t i = 0; i < 0x80; ++i) has_[i] = is_alphanumeric(static_cast<char>(i));
        for (char const c : others) has_[static_cast<unsigned char>(c)] = true;
    }

    constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
    constexpr bool has_all(std::string_view text) const {
        return std::ranges::all_of(text, [this](char c) { return has(c); });
    }

  private:
    std::array<bool, 256> has_{};
};

// RFC 9110 section 5.6.2.
inline constexpr CharSet token_characters{"!#$%&'*+-.^_`|~"};

constexpr bool is_token(std::string_view text) {
    return !text.empty() && token_characters.has_all(text);
}

}  // namespace securestack::ascii
