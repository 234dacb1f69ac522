// API keys: credentials for programs. A key acts for its owner, within its scopes, from its addresses, until
// it expires; and never with more than its owner has at that moment.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "core/address.hpp"
#include "core/principal.hpp"
#include "core/secret.hpp"
#include "resource/field.hpp"
#include "storage/database.hpp"

namespace securestack {

inline constexpr std::chrono::days usual_key_lifetime{90};
inline constexpr std::chrono::days longest_key_lifetime{365};
inline constexpr std::chrono::hours usual_key_overlap{24};
inline constexpr std::chrono::days longest_key_overlap{7};
inline constexpr std::int64_t most_keys_of_a_user = 100;

// Of a key whose maker did not say when it ends. No document can: RFC 3339 has no such year.
inline constexpr Time end_not_said = Time::min();

struct ApiKey {
    Id id{};
    std::string name;
    Id owner{};
    std::vector<std::string> scopes;
    std::vector<std::string> addresses;  // from everywhere when there are none
    std::optional<Time> expires_at = end_not_said;
    std::optional<Id> made_with;  // the key that made it, and takes it along when it goes
    Time created_at{};
    std::optional<Time> rotated_at;
    std::optional<Time> previous_until;  // until then the secret before the rotation is good
    std::optional<Time> last_used_at;    // as of a minute ago
    std::optional<std::string> last_used_ip;

    std::string digest;  // of the key's text, as base64url
    std::optional<std::string> previous_digest;
    Time renewed_at{};  // when its end was set
    std::int64_t version = 1;
};
template <>
Schema const& schema_of<ApiKey>();

// The answer to who made or rotated a key: the only time that it is shown.
struct NewApiKey {
    Id id{};
    std::string name;
    std::string key;
    std::vector<std::string> scopes;
    std::optional<Time> expires_at;
    std::optional<Time> previous_until;
};
template <>
Schema const& schema_of<NewApiKey>();

struct KeyRotation {
    std::int64_t overlap_seconds = std::chrono::seconds{usual_key_overlap}.count();
};
template <>
Schema const& schema_of<KeyRotation>();

std::string key_digest(std::string_view text);
PermissionSet scopes_of(ApiKey const& key);
std::vector<Network> networks_of(ApiKey const& key);
bool is_expired(ApiKey const& key, Time now);

// Whether `key` may nothing that `other` may not: its scopes, its addresses and its end are within the
// other's.
bool is_within(ApiKey const& key, ApiKey const& other);

// What of `key` is within `other`; nullopt when nothing is.
std::optional<ApiKey> narrowed(ApiKey key, ApiKey const& other);

// Adds to `errors` what is wrong with `key` as a key of `principal`, who has `maker` when it acts with a key
// itself; nothing about members that are in there already.
void check_key(ApiKey const& key, Principal const& principal, std::optional<ApiKey> const& maker, Time now,
               std::vector<FieldError>& errors);

inline Holder holder_of(ApiKey const& key) {
    return {.owner = key.owner, .team = std::nullopt};
}

}  // namespace securestack
