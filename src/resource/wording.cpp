#include "resource/wording.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace securestack {

namespace {

// Levenshtein's distance; names are short.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

std::string join_pointer(std::string_view parent, std::string_view member) {
    std::string pointer{parent};
    pointer += '/';
    for (char const c : member) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
    return pointer;
}

std::string one_of(std::span<std::string_view const> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

std::string_view nearest_name(std::span<std::string_view const> names, std::string_view text) {
    constexpr std::size_t longest = 64;
    if (text.size() > longest) return {};
    // Who typed the beginning of a name meant that one: the shortest, if there are several.
    constexpr std::size_t telling_beginning = 3;
    std::string_view nearest;
    for (auto const name : names) {
        if (text.size() < telling_beginning || !name.starts_with(text)) continue;
        if (nearest.empty() || name.size() < nearest.size()) nearest = name;
    }
    if (!nearest.empty()) return nearest;
    std::size_t least = 1 + std::max<std::size_t>(2, text.size() / 3);
    for (auto const name : names) {
        auto const apart = distance(name, text);
        if (apart >= least || apart >= name.size()) continue;
        least = apart;
        nearest = name;
    }
    return nearest;
}

std::string expected_time(std::string_view text) {
    std::string expected = "an RFC 3339 time such as 2026-11-22T02:25:00Z";
    if (text.find(' ') != text.npos) expected += "; the + of an offset is written %2B in a URL";
    return expected;
}

std::string singular(std::string_view plural) {
    if (plural.ends_with("ies")) return std::string{plural.substr(0, plural.size() - 3)} + "y";
    return std::string{plural.substr(0, plural.size() - (plural.ends_with('s') ? 1 : 0))};
}

}  // namespace securestack
