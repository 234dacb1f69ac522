// Ed25519 keys (RFC 8032) that sign tokens, and the form in which their public halves are published (RFC
// 7517, 8037).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/encoding.hpp"
#include "core/secret.hpp"

namespace securestack {

struct PublicKey {
    std::string kid;  // RFC 7638 thumbprint; only ever compared
    std::array<std::uint8_t, 32> bytes{};

    bool operator==(PublicKey const&) const = default;
};

struct SigningKey {
    PublicKey public_key;
    Secret seed;  // 32 bytes
};

SigningKey make_signing_key();

// The key whose private half is `seed`; nullopt when that is not 32 bytes.
std::optional<SigningKey> signing_key_from_seed(Secret seed);

// The public key with its thumbprint, from its 32 bytes (an agent's, for instance); nullopt for another
// length.
std::optional<PublicKey> public_key_from_bytes(ByteView bytes);

// One JSON object: kty, crv, x, kid, alg, use.
std::string to_jwk(PublicKey const& key);

}  // namespace securestack
