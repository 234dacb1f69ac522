// What a person says about an incident: the body of an entry of its timeline.
#pragma once

#include <cstdint>
#include <string>

#include "resource/field.hpp"

namespace securestack {

inline constexpr std::int64_t longest_comment = 10'000;

struct Comment {
    std::string body;
};
template <>
Schema const& schema_of<Comment>();

}  // namespace securestack
