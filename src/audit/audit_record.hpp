// One entry of the audit log, as it is stored and as it is answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/audit.hpp"
#include "audit/change_set.hpp"
#include "core/id.hpp"
#include "core/time.hpp"
#include "resource/field.hpp"

namespace securestack {

// What acted. An anonymous caller and the program itself have no id.
enum class ActorType : std::uint8_t { user, anonymous, system };
template <>
inline constexpr std::array<std::string_view, 3> choices<ActorType>{"user", "anonymous", "system"};

template <>
inline constexpr std::array<std::string_view, 5> choices<Via>{"anonymous", "access_token", "command_line",
                                                              "system", "api_key"};

struct AuditApiKey {
    Id id{};
    std::string name;
};
template <>
Schema const& schema_of<AuditApiKey>();

struct AuditActor {
    ActorType type = ActorType::system;
    std::optional<Id> id;
    std::optional<std::string> name;
    std::optional<std::string> ip;
    Via via = Via::system;
    std::optional<AuditApiKey> api_key;
};
template <>
Schema const& schema_of<AuditActor>();

struct AuditSubject {
    std::string type;
    std::optional<std::string> id;
    std::optional<std::string> name;
};
template <>
Schema const& schema_of<AuditSubject>();

struct AuditRecord {
    static constexpr std::int64_t version = 1;  // a record never has another

    Id id{};
    Time at{};
    AuditActor actor;
    std::string action;
    AuditSubject object;
    Outcome outcome = Outcome::success;
    std::optional<ChangeSet> changes;
    std::optional<std::string> request_id;
    // Copies for the indexes and filters; `actor` and `object` are the evidence.
    std::optional<Id> actor_id;
    std::optional<Id> api_key_id;
    std::optional<std::string> object_id;
    std::optional<std::int64_t> leaf_index;  // its place in the tree; the sequencer's to write
};
template <>
Schema const& schema_of<AuditRecord>();

}  // namespace securestack
