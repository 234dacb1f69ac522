#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include "core/encoding.hpp"
#include "resource/json.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

constexpr std::size_t max_depth = 64;

// Builds the value, and stops at what Boost.JSON lets through: a NUL, a duplicate name, an infinite number.
class DocumentHandler {
  public:
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    json::value release() { return stack_.release(); }
    std::string const& objection() const { return objection_; }

    bool on_document_begin(json::error_code&) {
        stack_.reset();
        return true;
    }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code&) {
        names_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t members, json::error_code&) {
        names_.pop_back();
        stack_.push_object(members);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t items, json::error_code&) {
        stack_.push_array(items);
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        name_.append(part.data(), part.size());
        stack_.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
        name_.append(part.data(), part.size());
        stack_.push_key(part);
        if (name_.find('\0') != std::string::npos) return refuse("a member name contains U+0000", ec);
        if (!names_.back().insert(name_).second) return refuse("this member name occurs twice", ec);
        name_.clear();
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t, json::error_code& ec) {
        stack_.push_chars(part);
        return without_nul(part, ec);
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
        stack_.push_string(part);
        return without_nul(part, ec);
    }

    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        stack_.push_uint64(number);
        return true;
    }
    // Boost.JSON rounds the last digits carelessly; the nearest double is the one that was written.
    bool on_double(double number, json::string_view text, json::error_code& ec) {
        double nearest = number;
        auto const read = std::from_chars(text.data(), text.data() + text.size(), nearest);
        if (read.ec == std::errc{}) number = nearest;
        if (!std::isfinite(number)) return refuse("this number is too large", ec);
        stack_.push_double(number);
        return true;
    }
    bool on_bool(bool value, json::error_code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

  private:
    bool refuse(std::string_view objection, json::error_code& ec) {
        objection_ = objection;
        ec = json::error::syntax;
        return false;
    }
    bool without_nul(json::string_view text, json::error_code& ec) {
        if (std::find(text.begin(), text.end(), '\0') == text.end()) return true;
        return refuse("a string contains U+0000", ec);
    }

    json::value_stack stack_;
    std::vector<std::set<std::string>>
        names_;  // of the objects that are open; no hash that a client could aim at
    std::string name_;
    std::string objection_;
};

// "line 3, column 14", counting code points from 1.
std::string position(std::string_view text, std::size_t offset) {
    auto const before = text.substr(0, offset);
    auto const line = std::count(before.begin(), before.end(), '\n') + 1;
    auto const start = before.rfind('\n') + 1;  // npos + 1 is 0
    auto const column =
        std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }) +
        1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

Problem malformed(std::string_view text, std::size_t offset, std::string_view what) {
    std::string detail = "The JSON document is malformed at ";
    detail += position(text, offset);
    detail += ": ";
    detail += what;
    detail += '.';
    return {ErrorCode::malformed, std::move(detail)};
}

std::string unexpected(char c) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return "a control character is not allowed here";
    return byte < 0x80 ? std::string{"unexpected '"} + c + "'" : std::string{"unexpected character"};
}

std::string explain(json::error_code const& ec, std::string_view rest) {
    if (ec == json::error::incomplete || rest.empty()) return "it ends too early";
    if (ec == json::error::too_deep) return "it is nested deeper than 64 levels";
    if (ec == json::error::expected_hex_digit) return "a \\u escape needs four hexadecimal digits";
    if (ec == json::error::illegal_leading_surrogate || ec == json::error::illegal_trailing_surrogate ||
        ec == json::error::expected_utf16_escape) {
        return "an escaped surrogate has no partner";
    }
    if (ec == json::error::exponent_overflow) return "this number is too large";
    return unexpected(rest.front());
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) return malformed(text, 0, "it begins with a byte order mark");
    if (!is_utf8(text)) return Problem{ErrorCode::malformed, "The JSON document is not valid UTF-8."};

    json::parse_options options;
    options.max_depth = max_depth;
    json::basic_parser<DocumentHandler> parser{options};
    json::error_code ec;
    auto const read = parser.write_some(false, text.data(), text.size(), ec);
    if (ec) {
        auto const& objection = parser.handler().objection();
        return malformed(text, read, objection.empty() ? explain(ec, text.substr(read)) : objection);
    }
    auto const rest = text.find_first_not_of(" \t\r\n", read);
    if (rest != std::string_view::npos) return malformed(text, rest, "something follows the document");
    return parser.handler().release();
}

}  // namespace securestack
