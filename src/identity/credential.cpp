#include "identity/credential.hpp"

#include "core/ascii.hpp"
#include "identity/key_text.hpp"

namespace securestack {
namespace {

Problem unusable(std::string why) {
    return {ErrorCode::invalid_token, std::move(why)};
}

}  // namespace

Result<Credential> credential_of(Headers const& headers) {
    auto const keys = headers.count("X-API-Key");
    auto const authorizations = headers.count("Authorization");
    if (keys + authorizations == 0) return Credential{};
    if (keys + authorizations > 1) {
        return Problem{ErrorCode::malformed,
                       "There is more than one credential: send one Authorization or X-API-Key header."};
    }
    if (keys == 1) return Credential{CredentialKind::api_key, *headers.get("X-API-Key")};
    auto const value = *headers.get("Authorization");
    auto const space = value.find(' ');
    if (!ascii::equal_ignoring_case(value.substr(0, space), "Bearer")) {
        return unusable(
            "The Authorization header must read: Bearer, a space, and an access token or an API key.");
    }
    auto const start = space == std::string_view::npos ? space : value.find_first_not_of(' ', space);
    if (start == std::string_view::npos) return unusable("The access token is missing after Bearer.");
    auto const text = value.substr(start);
    bool const is_key = text.starts_with(key_prefix);
    return Credential{is_key ? CredentialKind::api_key : CredentialKind::access_token, text};
}

}  // namespace securestack
