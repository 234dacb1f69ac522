// Digests and keys made from keys. Thread-safe; fails only for a size that is out of its bounds
// (std::length_error).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/encoding.hpp"

namespace securestack {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView data);
Digest sha256(std::string_view data);

// The same over data that comes in parts. Ask once.
class Sha256 {
  public:
    Sha256();
    void add(ByteView part);
    Digest digest();

  private:
    alignas(8) std::array<std::uint8_t, 128> state_;
};

// RFC 2104. Compare the result with equal_in_constant_time.
Digest hmac_sha256(ByteView key, ByteView data);

// An authentication code for short texts, for a fraction of HMAC's work: SipHash-2-4 with 128 bits (Aumasson
// and Bernstein, 2012) and a key of 16 bytes. Compare as above.
using ShortMac = std::array<std::uint8_t, 16>;
inline constexpr std::size_t short_mac_key_size = 16;
ShortMac siphash_mac(ByteView key, ByteView data);

// RFC 5869 (HKDF-SHA256), `size` at most 8,160 bytes. Keys for different `info` tell nothing about one
// another.
Bytes hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::size_t size);

}  // namespace securestack
