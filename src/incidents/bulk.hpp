// The documents of what is done to incidents.
#pragma once

#include "incidents/incident.hpp"

namespace securestack {

inline constexpr std::int64_t most_bulk_incidents = 100;

struct Resolution {
    std::string resolution;
};
template <>
Schema const& schema_of<Resolution>();

enum class BulkAction : std::uint8_t { acknowledge, resolve, reopen };
template <>
inline constexpr std::array<std::string_view, 3> choices<BulkAction>{"acknowledge", "resolve", "reopen"};

struct BulkRequest {
    std::vector<Id> ids;
    BulkAction action = BulkAction::acknowledge;
    std::string resolution;
};
template <>
Schema const& schema_of<BulkRequest>();

struct BulkResult {
    Id id{};
    std::int64_t status = 200;
    std::optional<std::string> detail;
    std::optional<Incident> incident;
};
template <>
Schema const& schema_of<BulkResult>();

struct BulkAnswer {
    std::vector<BulkResult> results;
};
template <>
Schema const& schema_of<BulkAnswer>();

}  // namespace securestack
