#include "upkeep/backup_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <unistd.h>

#include <fmt/format.h>

#include "crypto/digest.hpp"
#include "upkeep/manifest.hpp"
#include "upkeep/tar.hpp"

namespace securestack {
namespace {

constexpr std::string_view manifest_name = "manifest.json";
constexpr std::string_view key_name = "master.key";
constexpr std::string_view sums_name = "SHA256SUMS";
constexpr std::size_t longest_manifest = 1024 * 1024;
constexpr std::size_t longest_sums = 4 * 1024;
constexpr std::size_t chunk_size = 256 * 1024;

std::string_view database_name(Engine engine) {
    return engine == Engine::sqlite ? "database.sqlite" : "database.pgdump";
}

[[noreturn]] void stopped() {
    throw BackupError("it was stopped before it was done");
}

std::string hex(Digest const& digest) {
    return to_hex(digest);
}

// "<hex>  <name>" lines, which sha256sum -c reads.
class Sums {
  public:
    void add(std::string_view name, std::string const& sum) { text_ += fmt::format("{}  {}\n", sum, name); }
    std::string const& text() const { return text_; }

  private:
    std::string text_;
};

// Calls `use` with one part after the other; returns the sum of all.
template <class Read, class Use>
std::string sum_of(Read const& read, std::uint64_t total, std::string_view phase,
                   BackupProgress const& progress, Use const& use) {
    Sha256 sum;
    Bytes chunk(chunk_size);
    std::uint64_t done = 0;
    for (;;) {
        auto const part = ByteView{chunk}.first(read(std::span{chunk}));
        if (part.empty()) return hex(sum.digest());
        sum.add(part);
        use(part);
        done += part.size();
        if (!progress(phase, done, total)) stopped();
    }
}

void rewind(File& file) {
    if (::lseek(file.descriptor(), 0, SEEK_SET) != 0) throw FileError(file.path(), "cannot be read", errno);
}

std::uint64_t size_of(File& file) {
    auto const end = ::lseek(file.descriptor(), 0, SEEK_END);
    if (end < 0) throw FileError(file.path(), "cannot be read", errno);
    rewind(file);
    return static_cast<std::uint64_t>(end);
}

// Reads the archive in the one order that it may have.
class Unpacking {
  public:
    Unpacking(File& in, BackupProgress const& progress) : tar_(in), progress_(progress) {}

    BackupManifest manifest() {
        require(manifest_name);
        auto const text = tar_.read_all(longest_manifest);
        sums_.add(manifest_name, hex(sha256(text)));
        return manifest_from_json(text);
    }
    void database(BackupManifest const& manifest, File* out) {
        auto const name = database_name(manifest.snapshot.engine);
        if (require(name) != manifest.database_bytes) damaged();
        auto const sum = sum_of([&](std::span<std::uint8_t> into) { return tar_.read(into); },
                                manifest.database_bytes, out == nullptr ? "checking" : "unpacking", progress_,
                                [&](ByteView part) {
                                    if (out != nullptr) out->write(part);
                                });
        if (sum != manifest.database_sha256) damaged();
        sums_.add(name, sum);
    }
    Secret master_key() {
        if (require(key_name) != MasterKey::size) damaged();
        Secret key{tar_.read_all(MasterKey::size)};
        sums_.add(key_name, hex(sha256(key.reveal())));
        return key;
    }
    void end() {
        require(sums_name);
        if (tar_.read_all(longest_sums) != sums_.text() || tar_.next()) damaged();
    }

  private:
    std::uint64_t require(std::string_view name) {
        auto const entry = tar_.next();
        if (!entry || entry->name != name) damaged();
        return entry->size;
    }
    [[noreturn]] static void damaged() {
        throw BackupError("it is damaged: what it holds is not what its checksums say");
    }

    TarReader tar_;
    BackupProgress const& progress_;
    Sums sums_;
};

}  // namespace

std::string fingerprint(MasterKey const& key) {
    auto const bytes = key.derive("fingerprint");
    return to_hex(ByteView{bytes}.first(8));
}

BackupManifest write_backup(File& out, BackupContents const& source, BackupProgress const& progress) {
    PendingFile copy{source.directory / "copy"};
    BackupManifest manifest{.product_version = source.product_version,
                            .created_at = source.now,
                            .snapshot = take_snapshot(source.database, copy.path(),
                                                      [&](std::uint64_t done, std::uint64_t total) {
                                                          return progress("copying", done, total);
                                                      }),
                            .database_bytes = 0,
                            .database_sha256 = {},
                            .key_fingerprint = source.key_fingerprint,
                            .has_master_key = source.master_key.has_value()};
    // pg_dump wrote a file of its own in the place of the one that is open here.
    File packed{copy.path(), O_RDONLY};
    manifest.database_bytes = size_of(packed);
    auto const read = [&](std::span<std::uint8_t> into) { return packed.read(into); };
    manifest.database_sha256 = sum_of(read, manifest.database_bytes, "checking", progress, [](ByteView) {});
    rewind(packed);

    Sums sums;
    TarWriter tar{out, source.now};
    auto const text = to_json(manifest);
    tar.add(manifest_name, text);
    sums.add(manifest_name, hex(sha256(text)));
    auto const name = database_name(manifest.snapshot.engine);
    tar.begin(name, manifest.database_bytes);
    sum_of(read, manifest.database_bytes, "packing", progress, [&](ByteView part) { tar.write(part); });
    sums.add(name, manifest.database_sha256);
    if (source.master_key) {
        tar.add(key_name, source.master_key->reveal());
        sums.add(key_name, hex(sha256(source.master_key->reveal())));
    }
    tar.add(sums_name, sums.text());
    tar.finish();
    return manifest;
}

UnpackedBackup unpack_backup(File& in, std::function<File*(BackupManifest const&)> const& accept,
                             BackupProgress const& progress) {
    try {
        Unpacking archive{in, progress};
        UnpackedBackup unpacked{archive.manifest(), std::nullopt};
        auto const& manifest = unpacked.manifest;
        archive.database(manifest, accept(manifest));
        if (manifest.has_master_key) unpacked.master_key = archive.master_key();
        archive.end();
        return unpacked;
    } catch (TarError const& error) {
        throw BackupError(error.what());
    }
}

void verify_backup(File& written, BackupProgress const& progress) {
    rewind(written);
    unpack_backup(
        written, [](BackupManifest const&) { return nullptr; }, progress);
}

}  // namespace securestack
