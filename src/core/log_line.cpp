#include "core/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <utf8proc.h>

#include "core/time.hpp"

namespace securestack {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warn", "error", "off"};

// What stands in a JSON string as it is: printable ASCII but the quote and the backslash.
constexpr auto plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0x20; c < 0x7f; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

bool is_plain(char c) {
    return plain[static_cast<unsigned char>(c)];
}

void append_utf16_escape(std::string& out, unsigned unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[(unit >> shift) & 15]);
}

void append_escape(std::string& out, unsigned code_point) {
    switch (code_point) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (code_point > 0xffff) {
        append_utf16_escape(out, 0xd800 + ((code_point - 0x10000) >> 10));
        append_utf16_escape(out, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
    } else {
        append_utf16_escape(out, code_point);
    }
}

// Controls, line separators, and format characters (bidirectional overrides among them) could make a reader
// of the log see what is not there.
bool is_deceptive(utf8proc_int32_t code_point) {
    auto const category = utf8proc_category(code_point);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    while (true) {
        auto const special = std::ranges::find_if_not(text, is_plain);
        out.append(text.begin(), special);
        text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
        if (text.empty()) break;

        utf8proc_int32_t code_point = 0;
        auto const size = utf8proc_iterate(reinterpret_cast<utf8proc_uint8_t const*>(text.data()),
                                           static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        auto const used = size <= 0 ? std::size_t{1} : static_cast<std::size_t>(size);
        if (size <= 0)
            out += replacement_character;
        else if (code_point < 0x80 || is_deceptive(code_point))
            append_escape(out, static_cast<unsigned>(code_point));
        else
            out.append(text.substr(0, used));
        text.remove_prefix(used);
    }
    out.push_back('"');
}

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 32> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

bool is_word(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return is_plain(c) && c != ' ' && c != '='; });
}

enum class Quote { always, when_needed };

void append_value(std::string& out, LogField const& field, Quote quote) {
    if (auto const* text = std::get_if<std::string_view>(&field.value)) {
        if (quote == Quote::when_needed && is_word(*text))
            out += *text;
        else
            append_quoted(out, *text);
    } else if (auto const* integer = std::get_if<std::int64_t>(&field.value)) {
        append_number(out, *integer);
    } else if (auto const* real = std::get_if<double>(&field.value)) {
        if (std::isfinite(*real))
            append_number(out, *real);
        else
            out += "null";
    } else {
        out += std::get<bool>(field.value) ? "true" : "false";
    }
}

}  // namespace

void append_json_line(std::string& out, std::int64_t micros, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields) {
    out += R"({"ts":")";
    append_time(out, from_micros(micros));
    out += R"(","level":")";
    out += level_names.at(std::to_underlying(level));
    out += R"(","event":)";
    append_quoted(out, event);
    for (auto const& field : fields) {
        out.push_back(',');
        append_quoted(out, field.name);
        out.push_back(':');
        append_value(out, field, Quote::always);
    }
    out.push_back('}');
}

namespace detail {

void append_text_line(std::string& out, std::int64_t micros, LogLevel level, std::string_view event,
                      std::initializer_list<LogField> fields, bool colour) {
    constexpr std::array<std::string_view, 5> level_colours{"\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m",
                                                            ""};
    constexpr std::string_view plain_again = "\x1b[0m";
    constexpr std::string_view faint = "\x1b[2m";

    append_time(out, from_micros(micros));
    out.push_back(' ');
    auto const name = level_names.at(std::to_underlying(level));
    if (colour) out += level_colours.at(std::to_underlying(level));
    out += name;
    if (colour) out += plain_again;
    out.append(6 - name.size(), ' ');
    out += event;
    for (auto const& field : fields) {
        out.push_back(' ');
        if (colour) out += faint;
        out += field.name;
        out.push_back('=');
        if (colour) out += plain_again;
        append_value(out, field, Quote::when_needed);
    }
}

}  // namespace detail
}  // namespace securestack
