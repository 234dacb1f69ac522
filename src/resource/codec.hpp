// How each C++ type of a member looks in JSON, in SQL and in a query string. A new type of member is one
// specialisation of Codec here (scalars are defined in codec.cpp, maps and lists of texts in
// codec_containers.cpp).
//
// Supported: std::string, std::int64_t, bool, Id, Time, enums with `choices`, std::optional of these,
// std::map<std::string, std::string>, std::vector of documents or strings, a document, Secret (in only).
// Maps, lists and documents are stored as JSON text ({json} columns).
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "resource/json.hpp"
#include "storage/value.hpp"

namespace securestack {

struct Schema;

// Specialised by each struct that is a document; declare the specialisation beside the struct.
template <class T>
Schema const& schema_of();

enum class JsonType : std::uint8_t { string, integer, boolean, id, time, choice, map, list, object, number };

// What a codec tells the rest of the system of its type.
struct TypeInfo {
    JsonType json = JsonType::string;
    bool nullable = false;
    std::span<std::string_view const> choices = {};  // JsonType::choice
    Schema const& (*item)() = nullptr;  // JsonType::object, or documents in a list; null for strings
    bool ranked = false;                // JsonType::choice: stored by its place, see `is_ranked`
};

// The names of an enum's values, in their order: specialise for every enum that is a member's type.
//   template <> inline constexpr std::array<std::string_view, 3> choices<ServerStatus>{"active", …};
template <class E>
inline constexpr auto choices = nullptr;

// Specialise as true for an enum whose order means something (the worst first): it is stored as a number, its
// place in the order, so that a list can be sorted by it. Values may then only be added at the end.
template <class E>
inline constexpr bool is_ranked = false;

template <class E>
concept Choice = std::is_enum_v<E> && !std::same_as<std::remove_cv_t<decltype(choices<E>)>, std::nullptr_t>;

// A struct that has (or will have) a Schema.
template <class T>
concept Document = std::is_class_v<T> && std::is_aggregate_v<T> && !std::same_as<T, Id>;

template <Choice E>
constexpr std::string_view choice_name(E value) {
    return choices<E>[static_cast<std::size_t>(value)];
}
template <Choice E>
constexpr std::optional<E> choice_of(std::string_view name) {
    for (std::size_t i = 0; i < choices<E>.size(); ++i) {
        if (choices<E>[i] == name) return static_cast<E>(i);
    }
    return std::nullopt;
}

// A document with more faults than this is told of the first ones only.
inline constexpr std::size_t max_errors = 100;

namespace detail {

// False, with an error, for null and for every other kind of value.
bool has_kind(bool is_kind, boost::json::value const& value, std::string_view expected,
              std::string const& pointer, std::vector<FieldError>& errors);
std::optional<std::string_view> read_text(boost::json::value const& value, std::string const& pointer,
                                          std::vector<FieldError>& errors);
// The text of a choice, or an error under `pointer`.
std::optional<std::string_view> read_choice(boost::json::value const& value,
                                            std::span<std::string_view const> names,
                                            std::string const& pointer, std::vector<FieldError>& errors);
[[noreturn]] void throw_unreadable(std::string_view what);

// Null (already reported) unless `value` is a list.
boost::json::array const* read_list(boost::json::value const& value, std::string const& pointer,
                                    std::vector<FieldError>& errors);
boost::json::value stored_json(Row const& row, int column);

void write_document(Schema const& schema, void const* object, JsonWriter& out);
void read_document(Schema const& schema, boost::json::value const& value, void* object,
                   std::string const& pointer, std::vector<FieldError>& errors);
// The same from our own column: every readable member, and no rules.
void read_stored_document(Schema const& schema, boost::json::value const& value, void* object);

template <class M, class Write>
std::string json_text(M const& value, Write write) {
    std::string text;
    JsonWriter out{text};
    write(value, out);
    return text;
}

}  // namespace detail

template <class T>
struct Codec;  // each specialisation has `type` and the six functions that FieldAccess names

// The six, for the types that codec.cpp instantiates.
template <class M, JsonType Type>
struct ScalarCodec {
    static constexpr TypeInfo type{.json = Type};
    static void to_json(M const& value, JsonWriter& out);
    static void from_json(boost::json::value const& value, M& member, std::string const& pointer,
                          std::vector<FieldError>& errors);
    static Param to_param(M const& value);
    static void from_row(Row const& row, int column, M& member);
    static void row_to_json(Row const& row, int column, JsonWriter& out);
    static std::optional<Param> parse(std::string_view text);
};

// The same for what is one JSON value, kept as its text; codec_containers.cpp.
template <class M, JsonType Type>
struct ContainerCodec {
    static constexpr TypeInfo type{.json = Type};
    static void to_json(M const& value, JsonWriter& out);
    static void from_json(boost::json::value const& value, M& member, std::string const& pointer,
                          std::vector<FieldError>& errors);
    static Param to_param(M const& value);
    static void from_row(Row const& row, int column, M& member);
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.raw(row.text(column)); }
    static std::optional<Param> parse(std::string_view) { return std::nullopt; }
};

template <>
struct Codec<std::string> : ScalarCodec<std::string, JsonType::string> {};
template <>
struct Codec<std::int64_t> : ScalarCodec<std::int64_t, JsonType::integer> {};
template <>
struct Codec<double> : ScalarCodec<double, JsonType::number> {
};  // for answers: it is neither sorted nor filtered by
template <>
struct Codec<bool> : ScalarCodec<bool, JsonType::boolean> {};
template <>
struct Codec<Id> : ScalarCodec<Id, JsonType::id> {};
template <>
struct Codec<Time> : ScalarCodec<Time, JsonType::time> {};
// Never written: asking for its JSON throws std::logic_error.
template <>
struct Codec<Secret> : ScalarCodec<Secret, JsonType::string> {};
// Keys: 1..63 of A-Z a-z 0-9 . _ / - with a letter or digit first; values up to 255 characters.
template <>
struct Codec<std::map<std::string, std::string>>
    : ContainerCodec<std::map<std::string, std::string>, JsonType::map> {};
template <>
struct Codec<std::vector<std::string>> : ContainerCodec<std::vector<std::string>, JsonType::list> {};

namespace detail {
// The name of a stored place; throws when there is none.
std::string_view ranked_choice(Row const& row, int column, std::span<std::string_view const> names);
}  // namespace detail

// Stored by name, so that a row can be read without this program; but see `is_ranked`.
template <Choice E>
struct Codec<E> {
    static constexpr TypeInfo type{.json = JsonType::choice, .choices = choices<E>, .ranked = is_ranked<E>};

    static void to_json(E value, JsonWriter& out) { out.string(choice_name(value)); }
    static void from_json(boost::json::value const& value, E& member, std::string const& pointer,
                          std::vector<FieldError>& errors) {
        if (auto const name = detail::read_choice(value, choices<E>, pointer, errors))
            member = *choice_of<E>(*name);
    }
    static Param to_param(E value) {
        if constexpr (is_ranked<E>) return static_cast<std::int64_t>(value);
        return choice_name(value);
    }
    static void from_row(Row const& row, int column, E& member) {
        auto const found = choice_of<E>(stored_name(row, column));
        if (!found) detail::throw_unreadable("a choice that this version does not know");
        member = *found;
    }
    static void row_to_json(Row const& row, int column, JsonWriter& out) {
        out.string(stored_name(row, column));
    }
    static std::optional<Param> parse(std::string_view text) {
        auto const value = choice_of<E>(text);
        if (!value) return std::nullopt;
        return to_param(*value);
    }

  private:
    static std::string_view stored_name(Row const& row, int column) {
        if constexpr (is_ranked<E>) return detail::ranked_choice(row, column, choices<E>);
        return row.text(column);
    }
};

template <class T>
struct Codec<std::optional<T>> {
    static constexpr TypeInfo type = [] {
        TypeInfo info = Codec<T>::type;
        info.nullable = true;
        return info;
    }();

    static void to_json(std::optional<T> const& value, JsonWriter& out) {
        if (value) return Codec<T>::to_json(*value, out);
        out.null();
    }
    static void from_json(boost::json::value const& value, std::optional<T>& member,
                          std::string const& pointer, std::vector<FieldError>& errors) {
        if (value.is_null()) return member.reset();
        Codec<T>::from_json(value, member.emplace(), pointer, errors);
    }
    static Param to_param(std::optional<T> const& value) {
        return value ? Codec<T>::to_param(*value) : Param{};
    }
    static void from_row(Row const& row, int column, std::optional<T>& member) {
        if (row.is_null(column)) return member.reset();
        Codec<T>::from_row(row, column, member.emplace());
    }
    static void row_to_json(Row const& row, int column, JsonWriter& out) {
        if (row.is_null(column)) return out.null();
        Codec<T>::row_to_json(row, column, out);
    }
    static std::optional<Param> parse(std::string_view text) { return Codec<T>::parse(text); }
};

template <Document T>
struct Codec<T> {
    static constexpr TypeInfo type{.json = JsonType::object, .item = &schema_of<T>};

    static void to_json(T const& value, JsonWriter& out) {
        detail::write_document(schema_of<T>(), &value, out);
    }
    static void from_json(boost::json::value const& value, T& member, std::string const& pointer,
                          std::vector<FieldError>& errors) {
        detail::read_document(schema_of<T>(), value, &member, pointer, errors);
    }
    static Param to_param(T const& value) { return detail::json_text(value, to_json); }
    static void from_row(Row const& row, int column, T& member) {
        member = T{};
        detail::read_stored_document(schema_of<T>(), detail::stored_json(row, column), &member);
    }
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.raw(row.text(column)); }
    static std::optional<Param> parse(std::string_view) { return std::nullopt; }
};

template <Document T>
struct Codec<std::vector<T>> {
    static constexpr TypeInfo type{.json = JsonType::list, .item = &schema_of<T>};

    static void to_json(std::vector<T> const& items, JsonWriter& out) {
        out.begin_array();
        for (auto const& item : items) Codec<T>::to_json(item, out);
        out.end_array();
    }
    static void from_json(boost::json::value const& value, std::vector<T>& member, std::string const& pointer,
                          std::vector<FieldError>& errors) {
        auto const* list = detail::read_list(value, pointer, errors);
        if (list == nullptr) return;
        member.clear();
        for (auto const& item : *list) {
            if (errors.size() >= max_errors) return;
            auto const place = pointer + "/" + std::to_string(member.size());
            Codec<T>::from_json(item, member.emplace_back(), place, errors);
        }
    }
    static Param to_param(std::vector<T> const& items) { return detail::json_text(items, to_json); }
    static void from_row(Row const& row, int column, std::vector<T>& member) {
        member.clear();
        auto const stored = detail::stored_json(row, column);
        for (auto const& item : stored.as_array()) {
            detail::read_stored_document(schema_of<T>(), item, &member.emplace_back());
        }
    }
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.raw(row.text(column)); }
    static std::optional<Param> parse(std::string_view) { return std::nullopt; }
};

}  // namespace securestack
