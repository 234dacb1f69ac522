// An invite lets one person register where registration is by invite.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/audit.hpp"
#include "resource/field.hpp"
#include "storage/database.hpp"

namespace securestack {

inline constexpr std::chrono::days invite_lifetime{7};

struct Invite {
    Id id{};
    Id created_by{};
    Time created_at{};
    Time expires_at{};
    std::optional<Id> used_by;  // who registered with it
    std::optional<Time> used_at;

    std::string digest;  // of the code, as base64url
};

template <>
Schema const& schema_of<Invite>();

// The answer to who made it: the only time that the code is shown.
struct NewInvite {
    Id id{};
    std::string code;
    Time expires_at{};
};

template <>
Schema const& schema_of<NewInvite>();

AuditObject audit_object(Invite const& invite);

NewInvite make_invite(Tx& tx, Actor const& actor);
bool is_invite(Tx& tx, std::string_view code, Time now);
// False when it was redeemed or revoked meanwhile.
bool redeem_invite(Tx& tx, std::string_view code, Id user, Time now);

// Removes at most `most` that have expired, used or not; returns how many.
std::int64_t purge_invites(Tx& tx, Time now, std::int64_t most);

}  // namespace securestack
