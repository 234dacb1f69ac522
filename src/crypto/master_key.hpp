// The key from which every other secret key of an installation is made, and with which secrets are sealed at
// rest.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/encoding.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"

namespace securestack {

// Thread-safe once made.
class MasterKey {
  public:
    static constexpr std::size_t size = 32;

    // `bytes` must be `size` random bytes; throws std::invalid_argument for another size.
    explicit MasterKey(Secret bytes);

    // Reads a file of exactly 32 bytes that others than its owner (and its group, for reading) cannot use.
    // The Problem's detail names the file and what to do.
    static Result<MasterKey> load(std::filesystem::path const& file);

    // As load; makes the file (random, mode 0600, on disk before this returns) when there is none. Two
    // programs that start at once get the same key.
    static Result<MasterKey> load_or_create(std::filesystem::path const& file);

    // A 32-byte key for one purpose ("cursor", "webhook"), the same each time.
    Bytes derive(std::string_view purpose) const;

    // XChaCha20-Poly1305 with a random nonce. `context` says what the sealed bytes are and where they belong
    // ("signing_key:<id>"): they open under the same context only, so that they cannot be moved to another
    // row.
    Bytes seal(ByteView plain, std::string_view context) const;

    // nullopt when `sealed` was changed, belongs to another context or was sealed with another key.
    std::optional<Bytes> open(ByteView sealed, std::string_view context) const;

  private:
    Secret bytes_;
    Secret sealing_key_;
};

}  // namespace securestack
