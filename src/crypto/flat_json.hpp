// The members of a JSON object whose values are texts and whole numbers, as in a token's header and claims.
// Private to crypto.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/encoding.hpp"

namespace securestack::detail {

// monostate stands for every other kind of value, nested ones included: present, and of no use.
using FlatValue = std::variant<std::monostate, std::string, std::int64_t>;
using FlatObject = std::map<std::string, FlatValue, std::less<>>;

// nullopt unless `json` is one strict RFC 8259 object whose names are all different.
std::optional<FlatObject> parse_flat_object(ByteView json);

// nullptr when there is no such member or it is of another kind.
template <class T>
T const* find(FlatObject const& object, std::string_view name) {
    auto const member = object.find(name);
    return member == object.end() ? nullptr : std::get_if<T>(&member->second);
}

}  // namespace securestack::detail
