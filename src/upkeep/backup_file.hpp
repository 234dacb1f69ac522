// The file that `securestack backup` writes: a tar archive (docs/adr/0016) of
//
//   manifest.json                         what it is: product, schema, tables and their rows, the key it
//   needs database.sqlite or database.pgdump    the copy (storage/snapshot.hpp) master.key only when asked
//   for SHA256SUMS                            of all of the above, as sha256sum writes them
//
// `tar xf FILE && sha256sum -c SHA256SUMS` checks one without this program.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "core/secret.hpp"
#include "core/time.hpp"
#include "crypto/master_key.hpp"
#include "storage/snapshot.hpp"

namespace securestack {

struct BackupManifest {
    std::string product_version;
    Time created_at{};
    Snapshot snapshot;
    std::uint64_t database_bytes = 0;
    std::string database_sha256;  // hex
    std::string key_fingerprint;  // of the master key that opens what is sealed in it; may be empty
    bool has_master_key = false;
};

// The file is no backup, is damaged or cut off, or cannot be used by this program. The message says which.
class BackupError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Told what is being done ("copying", "packing", "checking", "restoring"), and how much of it, in bytes (of
// 0: nobody knows). False ends the work.
using BackupProgress = std::function<bool(std::string_view phase, std::uint64_t done, std::uint64_t total)>;

// Tells keys apart, and nothing else about them.
std::string fingerprint(MasterKey const& key);

struct BackupContents {
    Secret database{};                  // its URL
    std::filesystem::path directory{};  // where the copy may stand until it is packed
    std::string product_version{};
    Time now{};
    std::string key_fingerprint{};
    std::optional<Secret> master_key{};  // to be put in
};

// Copies, checks and packs. What was written to `out` before an exception is no backup. Throws DatabaseError,
// FileError.
BackupManifest write_backup(File& out, BackupContents const& source, BackupProgress const& progress);

struct UnpackedBackup {
    BackupManifest manifest;
    std::optional<Secret> master_key;
};

// Reads `in` from front to back and holds every byte against its sum. `accept` sees the manifest before
// anything else is read, may refuse by throwing, and says where the copy is to be written (null: nowhere,
// it is only checked). Throws BackupError, FileError, and what `accept` throws.
UnpackedBackup unpack_backup(File& in, std::function<File*(BackupManifest const&)> const& accept,
                             BackupProgress const& progress);

// Reads a backup that was just written back from its beginning.
void verify_backup(File& written, BackupProgress const& progress);

// What standard output gets with --json: the manifest's JSON.
std::string to_json(BackupManifest const& manifest);

}  // namespace securestack
