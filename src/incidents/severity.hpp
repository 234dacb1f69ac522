// How bad an incident is, where it stands, and what it came from.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "resource/codec.hpp"

namespace securestack {

// The worst first: so lists are sorted by it, and it is stored as its place here.
enum class Severity : std::uint8_t { critical, high, medium, low, info };
template <>
inline constexpr std::array<std::string_view, 5> choices<Severity>{"critical", "high", "medium", "low",
                                                                   "info"};
template <>
inline constexpr bool is_ranked<Severity> = true;

enum class IncidentStatus : std::uint8_t { open, acknowledged, resolved };
template <>
inline constexpr std::array<std::string_view, 3> choices<IncidentStatus>{"open", "acknowledged", "resolved"};

enum class IncidentSource : std::uint8_t {
    manual,
    backup,
    heartbeat,
    finding,
    control,
    alertmanager,
    crowdsec,
    sonarqube,
    generic
};
template <>
inline constexpr std::array<std::string_view, 9> choices<IncidentSource>{
    "manual",       "backup",   "heartbeat", "finding", "control",
    "alertmanager", "crowdsec", "sonarqube", "generic"};

}  // namespace securestack
