#include "resource/codec.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <boost/json/value.hpp>

#include "core/encoding.hpp"
#include "resource/number.hpp"
#include "resource/wording.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

using Errors = std::vector<FieldError>;
using detail::has_kind;
using detail::read_text;

void read(json::value const& value, std::string& member, std::string const& pointer, Errors& errors) {
    if (auto const text = read_text(value, pointer, errors)) member = *text;
}
void write(std::string const& value, JsonWriter& out) {
    out.string(value);
}
Param param(std::string const& value) {
    return value;
}
void from_column(Row const& row, int column, std::string& member) {
    member = row.text(column);
}
std::optional<Param> parse_text(std::string_view text, std::string const*) {
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return std::nullopt;
    return Param{text};
}

void read(json::value const& value, std::int64_t& member, std::string const& pointer, Errors& errors) {
    if (!has_kind(value.is_number(), value, "an integer", pointer, errors)) return;
    if (auto const number = to_integer(value)) {
        member = *number;
    } else if (is_whole(value)) {
        errors.push_back({pointer, "range", "must fit into 64 bits"});
    } else {
        errors.push_back({pointer, "type", "must be an integer, without a fraction"});
    }
}
void write(std::int64_t value, JsonWriter& out) {
    out.integer(value);
}
Param param(std::int64_t value) {
    return value;
}
void from_column(Row const& row, int column, std::int64_t& member) {
    member = row.integer(column);
}
std::optional<Param> parse_text(std::string_view text, std::int64_t const*) {
    std::int64_t number = 0;
    auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return Param{number};
}

void read(json::value const& value, double& member, std::string const& pointer, Errors& errors) {
    if (has_kind(value.is_number(), value, "a number", pointer, errors)) member = value.to_number<double>();
}
void write(double value, JsonWriter& out) {
    out.number(value);
}
Param param(double value) {
    return value;
}
void from_column(Row const& row, int column, double& member) {
    member = row.real(column);
}
std::optional<Param> parse_text(std::string_view, double const*) {
    return std::nullopt;
}

void read(json::value const& value, bool& member, std::string const& pointer, Errors& errors) {
    if (has_kind(value.is_bool(), value, "true or false", pointer, errors)) member = value.get_bool();
}
void write(bool value, JsonWriter& out) {
    out.boolean(value);
}
Param param(bool value) {
    return value;
}
void from_column(Row const& row, int column, bool& member) {
    member = row.boolean(column);
}
std::optional<Param> parse_text(std::string_view text, bool const*) {
    if (text == "true") return Param{true};
    if (text == "false") return Param{false};
    return std::nullopt;
}

void read(json::value const& value, Id& member, std::string const& pointer, Errors& errors) {
    auto const text = read_text(value, pointer, errors);
    if (!text) return;
    if (auto const id = Id::parse(*text)) {
        member = *id;
    } else {
        errors.push_back({pointer, "format", "must be a UUID"});
    }
}
void write(Id const& value, JsonWriter& out) {
    out.id(value);
}
Param param(Id const& value) {
    return value;
}
void from_column(Row const& row, int column, Id& member) {
    member = row.id(column);
}
std::optional<Param> parse_text(std::string_view text, Id const*) {
    if (auto const id = Id::parse(text)) return Param{*id};
    return std::nullopt;
}

void read(json::value const& value, Time& member, std::string const& pointer, Errors& errors) {
    auto const text = read_text(value, pointer, errors);
    if (!text) return;
    if (auto const time = parse_time(*text)) {
        member = *time;
    } else {
        errors.push_back({pointer, "format", "must be an RFC 3339 time such as 2026-11-22T02:25:00Z"});
    }
}
void write(Time value, JsonWriter& out) {
    out.time(value);
}
Param param(Time value) {
    return value;
}
void from_column(Row const& row, int column, Time& member) {
    member = row.time(column);
}
std::optional<Param> parse_text(std::string_view text, Time const*) {
    if (auto const time = parse_time(text)) return Param{*time};
    return std::nullopt;
}

void read(json::value const& value, Secret& member, std::string const& pointer, Errors& errors) {
    if (auto const text = read_text(value, pointer, errors)) member = Secret{std::string{*text}};
}
void write(Secret const&, JsonWriter&) {
    throw std::logic_error("a secret has no JSON");
}
Param param(Secret const& value) {
    return value.reveal();
}
void from_column(Row const& row, int column, Secret& member) {
    member = Secret{std::string{row.text(column)}};
}
std::optional<Param> parse_text(std::string_view, Secret const*) {
    return std::nullopt;
}

void copy_column(Row const& row, int column, JsonWriter& out, std::string const*) {
    out.string(row.text(column));
}
template <class M>
void copy_column(Row const& row, int column, JsonWriter& out, M const*) {
    M value{};
    from_column(row, column, value);
    write(value, out);
}

}  // namespace

template <class M, JsonType Type>
void ScalarCodec<M, Type>::to_json(M const& value, JsonWriter& out) {
    write(value, out);
}
template <class M, JsonType Type>
void ScalarCodec<M, Type>::from_json(json::value const& value, M& member, std::string const& pointer,
                                     std::vector<FieldError>& errors) {
    read(value, member, pointer, errors);
}
template <class M, JsonType Type>
Param ScalarCodec<M, Type>::to_param(M const& value) {
    return param(value);
}
template <class M, JsonType Type>
void ScalarCodec<M, Type>::from_row(Row const& row, int column, M& member) {
    from_column(row, column, member);
}
template <class M, JsonType Type>
void ScalarCodec<M, Type>::row_to_json(Row const& row, int column, JsonWriter& out) {
    copy_column(row, column, out, static_cast<M const*>(nullptr));
}
template <class M, JsonType Type>
std::optional<Param> ScalarCodec<M, Type>::parse(std::string_view text) {
    return parse_text(text, static_cast<M const*>(nullptr));
}

template struct ScalarCodec<std::string, JsonType::string>;
template struct ScalarCodec<std::int64_t, JsonType::integer>;
template struct ScalarCodec<double, JsonType::number>;
template struct ScalarCodec<bool, JsonType::boolean>;
template struct ScalarCodec<Id, JsonType::id>;
template struct ScalarCodec<Time, JsonType::time>;
template struct ScalarCodec<Secret, JsonType::string>;

namespace detail {

bool has_kind(bool is_kind, json::value const& value, std::string_view expected, std::string const& pointer,
              Errors& errors) {
    if (is_kind) return true;
    if (value.is_null()) {
        errors.push_back({pointer, "null", "must not be null"});
    } else {
        errors.push_back({pointer, "type", "must be " + std::string{expected}});
    }
    return false;
}

std::optional<std::string_view> read_text(json::value const& value, std::string const& pointer,
                                          Errors& errors) {
    if (!has_kind(value.is_string(), value, "a string", pointer, errors)) return std::nullopt;
    std::string_view const text{value.get_string()};
    if (text.find('\0') != std::string_view::npos) {
        errors.push_back({pointer, "format", "must not contain U+0000"});
        return std::nullopt;
    }
    return text;
}

std::optional<std::string_view> read_choice(json::value const& value, std::span<std::string_view const> names,
                                            std::string const& pointer, Errors& errors) {
    auto const text = read_text(value, pointer, errors);
    if (!text) return std::nullopt;
    auto const found = std::ranges::find(names, *text);
    if (found != names.end()) return *found;
    errors.push_back({pointer, "enum", "must be " + one_of(names)});
    return std::nullopt;
}

void throw_unreadable(std::string_view what) {
    throw std::runtime_error("a column holds " + std::string{what});
}

std::string_view ranked_choice(Row const& row, int column, std::span<std::string_view const> names) {
    auto const place = row.integer(column);
    if (place < 0 || place >= std::ssize(names)) throw_unreadable("a choice that this version does not know");
    return names[static_cast<std::size_t>(place)];
}

}  // namespace detail

}  // namespace securestack
