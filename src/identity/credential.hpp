// What a request proves its caller with.
#pragma once

#include <string_view>

#include "core/error.hpp"
#include "http/message.hpp"

namespace securestack {

enum class CredentialKind : std::uint8_t { none, access_token, api_key };

struct Credential {
    CredentialKind kind = CredentialKind::none;
    std::string_view text;  // of the request's headers
};

// From "Authorization: Bearer …" (RFC 6750) or X-API-Key. Problem `malformed` for more than one credential,
// `invalid_token` for one that cannot be read.
Result<Credential> credential_of(Headers const& headers);

}  // namespace securestack
