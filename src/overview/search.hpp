// GET /api/search: the same words looked for in everything at once.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "resource/field.hpp"

namespace securestack {

enum class FoundKind : std::uint8_t { server, backup, incident, user, team };
template <>
inline constexpr std::array<std::string_view, 5> choices<FoundKind>{"server", "backup", "incident", "user",
                                                                    "team"};

// As much of an object as a line of a menu shows.
struct Found {
    Id id{};
    std::string name;
    std::string detail;
    std::string status;
    std::string url;
};
template <>
Schema const& schema_of<Found>();

struct FoundGroup {
    FoundKind type = FoundKind::server;
    std::vector<Found> results;
    bool more = false;
    std::string url;  // the list with all of them
};
template <>
Schema const& schema_of<FoundGroup>();

struct SearchAnswer {
    std::string q;
    std::vector<FoundGroup> groups;
};
template <>
Schema const& schema_of<SearchAnswer>();

}  // namespace securestack
