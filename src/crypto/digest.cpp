#include "crypto/digest.hpp"

#include <algorithm>
#include <stdexcept>

#include <sodium.h>

#include "core/secret.hpp"

namespace securestack {

Digest sha256(ByteView data) {
    Digest out;
    crypto_hash_sha256(out.data(), data.data(), data.size());
    return out;
}

Digest sha256(std::string_view data) {
    return sha256(bytes_of(data));
}

Sha256::Sha256() {
    static_assert(sizeof(crypto_hash_sha256_state) <= std::tuple_size_v<decltype(state_)>);
    crypto_hash_sha256_init(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()));
}

void Sha256::add(ByteView part) {
    crypto_hash_sha256_update(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), part.data(),
                              part.size());
}

Digest Sha256::digest() {
    Digest out;
    crypto_hash_sha256_final(reinterpret_cast<crypto_hash_sha256_state*>(state_.data()), out.data());
    return out;
}

Digest hmac_sha256(ByteView key, ByteView data) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, data.data(), data.size());
    Digest out;
    crypto_auth_hmacsha256_final(&state, out.data());
    wipe(&state, sizeof state);
    return out;
}

ShortMac siphash_mac(ByteView key, ByteView data) {
    static_assert(short_mac_key_size == crypto_shorthash_siphashx24_KEYBYTES);
    static_assert(sizeof(ShortMac) == crypto_shorthash_siphashx24_BYTES);
    if (key.size() != short_mac_key_size) throw std::length_error("SipHash takes a key of 16 bytes");
    ShortMac out;
    crypto_shorthash_siphashx24(out.data(), data.data(), data.size(), key.data());
    return out;
}

Bytes hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::size_t size) {
    if (size > 255 * std::tuple_size_v<Digest>)
        throw std::length_error("HKDF-SHA256 gives 8,160 bytes at most");
    Digest const no_salt{};  // RFC 5869, 2.2: zeros stand for a salt that is not given
    auto extracted = hmac_sha256(salt.empty() ? ByteView(no_salt) : salt, key);
    Bytes out;
    Bytes block;  // T(i-1) | info | i
    Digest previous{};
    for (std::uint8_t i = 1; out.size() < size; ++i) {
        block.assign(previous.begin(), i == 1 ? previous.begin() : previous.end());
        block.insert(block.end(), info.begin(), info.end());
        block.push_back(i);
        previous = hmac_sha256(extracted, block);
        auto const wanted = std::min(size - out.size(), previous.size());
        out.insert(out.end(), previous.begin(), previous.begin() + static_cast<std::ptrdiff_t>(wanted));
    }
    wipe(extracted.data(), extracted.size());
    wipe(previous.data(), previous.size());
    return out;
}

}  // namespace securestack
