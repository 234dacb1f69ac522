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

// A short authentication code, for less work than HMAC: BLAKE2b with a key (RFC 7693) of 1 to 64 bytes.
// Compare as above.
using ShortMac = std::array<std::uint8_t, 16>;
ShortMac blake2b_mac(ByteView key, ByteView data);

// RFC 5869 (HKDF-SHA256), `size` at most 8,160 bytes. Keys for different `info` tell nothing about one
// another.
Bytes hkdf_sha256(ByteView key, ByteView salt, std::string_view info, std::size_t size);

}  // namespace securestack
