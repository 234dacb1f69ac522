// Whole numbers in JSON: 1.0 and 1e3 are integers (JSON Schema 2020-12 §6.1.1), 1.5 is not.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include <boost/json/value.hpp>

namespace securestack {

inline bool is_whole(boost::json::value const& value) {
    if (value.is_double()) return std::trunc(value.get_double()) == value.get_double();
    return value.is_int64() || value.is_uint64();
}

// nullopt for what is not whole, or does not fit. A double counts only while it is exact (up to 2^53).
inline std::optional<std::int64_t> to_integer(boost::json::value const& value) {
    if (value.is_int64()) return value.get_int64();
    if (value.is_double() && is_whole(value) && std::abs(value.get_double()) <= 9007199254740992.0) {
        return static_cast<std::int64_t>(value.get_double());
    }
    return std::nullopt;
}

}  // namespace securestack
