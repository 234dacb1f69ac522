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

// Not std::copy, which g++ makes a loop over bytes of when it does not know that the two do not overlap.
char* put(char* to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
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

// One growth and no clearing for all of a value: a page writes thousands of them.
template <class Write>
void JsonWriter::append(std::size_t room, Write write) {
    auto const size = out_.size();
    out_.resize_and_overwrite(size + room + 1, [&](char* begin, std::size_t) {
        char* to = begin + size;
        if (comma_) *to++ = ',';
        return static_cast<std::size_t>(write(to) - begin);
    });
    comma_ = true;
}

void JsonWriter::open(char bracket) {
    raw({&bracket, 1});
    comma_ = false;
}

void JsonWriter::close(char bracket) {
    out_ += bracket;
    comma_ = true;
}

void JsonWriter::field_name(std::string_view name) {
    append(name.size() + 3, [&](char* to) {
        *to++ = '"';
        to = put(to, name);
        *to++ = '"';
        *to++ = ':';
        return to;
    });
    comma_ = false;
}

void JsonWriter::key(std::string_view name) {
    string(name);
    out_ += ':';
    comma_ = false;
}

void JsonWriter::string(std::string_view utf8) {
    auto const plain = find_escape(utf8, 0);
    append(plain + 2, [&](char* to) {
        *to++ = '"';
        to = put(to, utf8.substr(0, plain));
        if (plain == utf8.size()) *to++ = '"';
        return to;
    });
    if (plain == utf8.size()) return;
    for (auto begin = plain; begin < utf8.size();) {
        append_escape(out_, utf8[begin]);
        auto const end = find_escape(utf8, begin + 1);
        out_.append(utf8, begin + 1, end - begin - 1);
        begin = end;
    }
    out_ += '"';
}

void JsonWriter::integer(std::int64_t value) {
    constexpr std::size_t most_digits = 20;
    append(most_digits, [&](char* to) { return std::to_chars(to, to + most_digits, value).ptr; });
}

void JsonWriter::number(double value) {
    if (!std::isfinite(value)) return null();
    std::array<char, 32> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    std::string_view const text{digits.data(), end};
    raw(text);
    // What was read as a fraction stays one, and -0.0 keeps its sign.
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
}

void JsonWriter::boolean(bool value) {
    raw(value ? "true" : "false");
}

void JsonWriter::null() {
    raw("null");
}

void JsonWriter::id(Id const& value) {
    raw("\"");
    value.append_to(out_);
    out_ += '"';
}

void JsonWriter::time(Time value) {
    raw("\"");
    append_time(out_, value);
    out_ += '"';
}

void JsonWriter::raw(std::string_view json) {
    append(json.size(), [&](char* to) { return put(to, json); });
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
