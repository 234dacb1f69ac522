#include "crypto/signing_key.hpp"

#include <algorithm>

#include <sodium.h>

#include "crypto/digest.hpp"

namespace securestack {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SEEDBYTES == 32);

// RFC 7638: the required members in the order of their names, without spaces.
std::string thumbprint(ByteView key) {
    return to_base64url(sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + to_base64url(key) + R"("})"));
}

}  // namespace

std::optional<PublicKey> public_key_from_bytes(ByteView bytes) {
    PublicKey key;
    if (bytes.size() != key.bytes.size()) return std::nullopt;
    std::ranges::copy(bytes, key.bytes.begin());
    key.kid = thumbprint(bytes);
    return key;
}

std::optional<SigningKey> signing_key_from_seed(Secret seed) {
    if (seed.reveal().size() != crypto_sign_SEEDBYTES) return std::nullopt;
    std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_bytes;
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_bytes;
    crypto_sign_seed_keypair(public_bytes.data(), secret_bytes.data(), bytes_of(seed.reveal()).data());
    wipe(secret_bytes.data(), secret_bytes.size());
    return SigningKey{*public_key_from_bytes(public_bytes), std::move(seed)};
}

SigningKey make_signing_key() {
    std::string seed(crypto_sign_SEEDBYTES, '\0');
    randombytes_buf(seed.data(), seed.size());
    return *signing_key_from_seed(Secret(std::move(seed)));
}

std::string to_jwk(PublicKey const& key) {
    return R"({"kty":"OKP","crv":"Ed25519","x":")" + to_base64url(key.bytes) + R"(","kid":")" + key.kid +
           R"(","alg":"EdDSA","use":"sig"})";
}

}  // namespace securestack
