// How each C++ type of a member looks in JSON, in SQL and in a query string. A new type of member is one
// specialisation of Codec here (scalars are defined in codec.cpp).
//
// Supported: std::string, std::int64_t, bool, Id, Time, enums with `choices`, std::optional of these,
// std::map<std::string, std::string>, std::vector of documents or strings, Secret (in only).
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "resource/json.hpp"
#include "storage/value.hpp"

namespace securestack {

struct Schema;

enum class JsonType : std::uint8_t { string, integer, boolean, id, time, choice, map, list, object };

// What a codec tells the rest of the system of its type.
struct TypeInfo {
    JsonType json = JsonType::string;
    bool nullable = false;
    std::span<std::string_view const> choices = {};  // JsonType::choice
    Schema const& (*item)() = nullptr;               // documents inside a list; null for strings
};

// The names of an enum's values, in their order: specialise for every enum that is a member's type.
//   template <> inline constexpr std::array<std::string_view, 3> choices<ServerStatus>{"active", …};
template <class E>
inline constexpr auto choices = nullptr;

template <class E>
concept Choice = std::is_enum_v<E> && !std::same_as<std::remove_cv_t<decltype(choices<E>)>, std::nullptr_t>;

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

template <class T>
struct Codec;  // each specialisation has `type` and the six functions that FieldAccess names
}  // namespace securestack
