#include "resource/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace securestack {

namespace {

// For each byte: 0 when it stands for itself inside a string, 'u' for \u00XX, else the letter after the
// backslash.
constexpr auto escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    table['\b'] = 'b';
    table['\t'] = 't';
    table['\n'] = 'n';
    table['\f'] = 'f';
    table['\r'] = 'r';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

constexpr std::uint64_t every_byte(std::uint64_t byte) {
    return byte * 0x0101010101010101U;
}

// Has its top bit set in (at least) the first byte of `word` that is zero, and in none when no byte is.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
    return (word - every_byte(0x01)) & ~word & every_byte(0x80);
}

constexpr std::uint64_t bytes_to_escape(std::uint64_t word) {
    auto const control = (word - every_byte(0x20)) & ~word & every_byte(0x80);
    return control | zero_bytes(word ^ every_byte('"')) | zero_bytes(word ^ every_byte('\\'));
}

// The position of the first byte from `begin` on that must be escaped, or the size.
std::size_t find_escape(std::string_view text, std::size_t begin) {
    while (begin + sizeof(std::uint64_t) <= text.size()) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + begin, sizeof word);
        if (bytes_to_escape(word) != 0) break;
        begin += sizeof word;
    }
    while (begin < text.size() && escapes[static_cast<unsigned char>(text[begin])] == 0) ++begin;
    return begin;
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto const byte = static_cast<unsigned char>(c);
    char const letter = escapes[byte];
    out += '\\';
    out += letter;
    if (letter != 'u') return;
    out += "00";
    out += digits[byte >> 4U];
    out += digits[byte & 0x0fU];
}

}  // namespace

void JsonWriter::separate() {
    if (comma_) out_ += ',';
    comma_ = true;
}

void JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
}

void JsonWriter::close(char bracket) {
    out_ += bracket;
    comma_ = true;
}

void JsonWriter::field_name(std::string_view name) {
    // One growth for all of it: a page writes a thousand of these.
    auto const begin = out_.size();
    out_.resize(begin + (comma_ ? 1 : 0) + name.size() + 3);
    char* to = out_.data() + begin;
    if (comma_) *to++ = ',';
    *to++ = '"';
    to = std::copy(name.begin(), name.end(), to);
    *to++ = '"';
    *to = ':';
    comma_ = false;
}

void JsonWriter::key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    comma_ = false;
}

void JsonWriter::quote(std::string_view utf8) {
    out_ += '"';
    std::size_t begin = 0;
    for (;;) {
        auto const end = find_escape(utf8, begin);
        out_.append(utf8.substr(begin, end - begin));
        if (end == utf8.size()) break;
        append_escape(out_, utf8[end]);
        begin = end + 1;
    }
    out_ += '"';
}

void JsonWriter::string(std::string_view utf8) {
    separate();
    quote(utf8);
}

void JsonWriter::integer(std::int64_t value) {
    separate();
    std::array<char, 20> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_.append(digits.data(), end);
}

void JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();
    separate();
    std::array<char, 32> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    std::string_view const text{digits.data(), end};
    out_ += text;
    // What was read as a fraction stays one, and -0.0 keeps its sign.
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
}

void JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
}

void JsonWriter::null() {
    separate();
    out_ += "null";
}

void JsonWriter::id(Id const& value) {
    separate();
    out_ += '"';
    value.append_to(out_);
    out_ += '"';
}

void JsonWriter::time(Time value) {
    separate();
    out_ += '"';
    append_time(out_, value);
    out_ += '"';
}

void JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
}

void JsonWriter::value(boost::json::value const& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return null();
        case boost::json::kind::bool_:
            return boolean(value.get_bool());
        case boost::json::kind::int64:
            return integer(value.get_int64());
        case boost::json::kind::uint64:
            return raw(std::to_string(value.get_uint64()));
        case boost::json::kind::double_:
            return number(value.get_double());
        case boost::json::kind::string:
            return string(std::string_view{value.get_string()});
        case boost::json::kind::array:
            begin_array();
            for (auto const& item : value.get_array()) this->value(item);
            return end_array();
        case boost::json::kind::object:
            begin_object();
            for (auto const& member : value.get_object()) {
                key(std::string_view{member.key().data(), member.key().size()});
                this->value(member.value());
            }
            return end_object();
    }
}

}  // namespace securestack
