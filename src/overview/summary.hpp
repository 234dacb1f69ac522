// GET /api/summary: the numbers of the first screen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/time.hpp"
#include "resource/field.hpp"

namespace securestack {

struct ServerNumbers {
    std::int64_t total = 0;
    std::int64_t active = 0;
    std::int64_t maintenance = 0;
    std::int64_t offline = 0;
};
template <>
Schema const& schema_of<ServerNumbers>();

struct BackupNumbers {
    std::int64_t total = 0;
    std::int64_t pending = 0;
    std::int64_t running = 0;
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    std::int64_t overdue = 0;
    std::int64_t paused = 0;
    std::int64_t unproven = 0;  // no restore was ever tried with success
};
template <>
Schema const& schema_of<BackupNumbers>();

// Of those that are not resolved.
struct IncidentNumbers {
    std::int64_t total = 0;
    std::int64_t open = 0;
    std::int64_t acknowledged = 0;
    std::int64_t critical = 0;
    std::int64_t high = 0;
    std::int64_t medium = 0;
    std::int64_t low = 0;
    std::int64_t info = 0;
};
template <>
Schema const& schema_of<IncidentNumbers>();

struct RecentAct {
    Id id{};
    Time at{};
    std::string actor;
    std::string action;
    std::string object_type;
    std::string object_id;
    std::string object_name;
    std::string outcome;
};
template <>
Schema const& schema_of<RecentAct>();

// What the caller may not read at all is null.
struct Summary {
    Time at{};
    std::optional<ServerNumbers> servers;
    std::optional<BackupNumbers> backups;
    std::optional<IncidentNumbers> incidents;
    std::optional<std::vector<RecentAct>> acts;
};
template <>
Schema const& schema_of<Summary>();

}  // namespace securestack
