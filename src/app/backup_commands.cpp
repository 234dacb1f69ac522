#include "app/backup_commands.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "app/build_info.hpp"
#include "app/data_directory.hpp"
#include "app/progress_line.hpp"
#include "crypto/master_key.hpp"
#include "storage/migrate.hpp"
#include "upkeep/backup_file.hpp"
#include "upkeep/backup_record.hpp"

namespace securestack {
namespace {

constexpr int done = 0;

// One that is recorded as the command line's.
void record_in(Database& database, Clock const& clock, auto const& write) {
    IdSource ids;
    database.write_now([&](Tx& tx) {
        Principal principal;
        principal.via = Via::command_line;
        write(tx, Actor{std::move(principal), clock.now(), ids});
    });
}

int newest_version(Engine engine) {
    return migrations(engine).back().number;
}

// The key in the file, as far as this user may read it: a backup without it is still one.
std::optional<MasterKey> key_if_readable(std::filesystem::path const& file) {
    auto key = MasterKey::load(file);
    if (!key) return std::nullopt;
    return std::move(*key);
}

Secret key_bytes(std::filesystem::path const& file) {
    if (auto const key = MasterKey::load(file); !key) throw StartError(key.error().detail);
    File in{file, O_RDONLY};
    std::string bytes(MasterKey::size, '\0');
    in.read({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return Secret{std::move(bytes)};
}

void tell_of_backup(Settings const& settings, BackupOptions const& options, BackupManifest const& manifest) {
    if (options.json) {
        // Standard output is the backup itself.
        (options.file == "-" ? std::cerr : std::cout) << to_json(manifest);
        return;
    }
    auto& out = options.file == "-" ? std::cerr : std::cout;
    auto const where = options.file == "-" ? std::string{"standard output"} : options.file;
    out << fmt::format("Backed up {} rows of {} tables (schema {}, {}) to {}, and read it back.\n",
                       manifest.snapshot.total_rows(), manifest.snapshot.rows.size(),
                       manifest.snapshot.schema_version, readable_bytes(manifest.database_bytes), where);
    if (manifest.has_master_key) {
        out << "It holds the master key: who has this file can read and forge everything. Keep it as you "
               "would keep that key.\n";
    } else {
        out << fmt::format(
            "The master key is NOT in it. A server does not start on the restored data without {}: keep a "
            "copy of that file, apart from this one, or back up with --with-master-key.\n",
            settings.master_key_file.string());
    }
}

BackupContents source_of(Settings const& settings, BackupOptions const& options, Time now) {
    BackupContents source{.database = settings.database,
                          .directory = options.file == "-" ? settings.data_dir : directory_of(options.file),
                          .product_version = std::string{version()},
                          .now = now,
                          .key_fingerprint = {},
                          .master_key = std::nullopt};
    if (options.with_master_key) source.master_key = key_bytes(settings.master_key_file);
    if (auto const key = key_if_readable(settings.master_key_file))
        source.key_fingerprint = fingerprint(*key);
    return source;
}

BackupManifest write_to_standard_output(BackupContents const& source, Database& database, Clock const& clock,
                                        BackupProgress const& progress) {
    if (isatty(STDOUT_FILENO) == 1)
        throw StartError("a backup is not for a terminal: name a file, or send standard output to one");
    auto out = File::borrowed(STDOUT_FILENO, "standard output");
    auto const manifest = write_backup(out, source, progress);
    out.sync();
    record_in(database, clock, [&](Tx& tx, Actor const& actor) {
        record_backup(tx, actor, "database.backup", "standard output", manifest);
    });
    return manifest;
}

// Where the backup goes: to what a link leads to. StartError for what a file must not replace, like a device.
std::string place_of(BackupOptions const& options) {
    if (options.file == "-" || !std::filesystem::exists(options.file)) return options.file;
    if (!std::filesystem::is_regular_file(options.file))
        throw StartError(options.file + " is not a file: name one, or - for standard output");
    if (!options.force)
        throw StartError(options.file + " exists already: name another file, or overwrite it with --force");
    return std::filesystem::canonical(options.file).string();
}

BackupManifest write_to_file(BackupContents const& source, BackupOptions const& options, Database& database,
                             Clock const& clock, BackupProgress const& progress) {
    using Existing = PendingFile::Existing;
    PendingFile out{options.file};
    auto const manifest = write_backup(out.file(), source, progress);
    out.file().sync();
    verify_backup(out.file(), progress);
    // A copy of everything that left no record must not exist.
    record_in(database, clock, [&](Tx& tx, Actor const& actor) {
        record_backup(tx, actor, "database.backup", std::filesystem::absolute(options.file).string(),
                      manifest);
    });
    out.publish(options.force ? Existing::replace : Existing::keep);
    return manifest;
}

// What a restore begins with, before anything is changed.
void require_restorable(Settings const& settings, BackupManifest const& manifest) {
    auto const newest = newest_version(manifest.snapshot.engine);
    if (manifest.snapshot.schema_version > newest) {
        throw StartError(fmt::format(
            "the backup has schema version {}, this program ({}) knows versions up to {}: restore it with "
            "securestack {} or later",
            manifest.snapshot.schema_version, version(), newest, manifest.product_version));
    }
    require_empty(settings.database, manifest.snapshot);
    if (!std::filesystem::exists(settings.master_key_file) || manifest.key_fingerprint.empty()) return;
    auto const key = MasterKey::load(settings.master_key_file);
    if (!key) throw StartError(key.error().detail);
    if (fingerprint(*key) == manifest.key_fingerprint) return;
    throw StartError(fmt::format(
        "{} holds another master key than the one that the backup needs (fingerprint {}): move it elsewhere, "
        "and put the right one in its place{}",
        settings.master_key_file.string(), manifest.key_fingerprint,
        manifest.has_master_key ? " or leave the place empty: the backup holds it" : ""));
}

// Only where there is none: `require_restorable` has looked.
bool put_master_key(Settings const& settings, std::optional<Secret> const& key) {
    if (!key || std::filesystem::exists(settings.master_key_file)) return false;
    PendingFile file{settings.master_key_file};
    file.file().write(key->reveal());
    file.publish(PendingFile::Existing::keep);
    return true;
}

void tell_of_restore(Settings const& settings, RestoreOptions const& options, BackupManifest const& manifest,
                     MigrationReport const& migrated, bool key_was_put) {
    if (options.json) {
        std::cout << to_json(manifest);
        return;
    }
    std::cout << fmt::format(
        "Restored the backup of {} (securestack {}): {} rows of {} tables, as many as it "
        "says, and the check of the database found nothing.\n",
        format_time(manifest.created_at), manifest.product_version, manifest.snapshot.total_rows(),
        manifest.snapshot.rows.size());
    for (auto const& [table, rows] : manifest.snapshot.rows)
        std::cout << fmt::format("{:9} {}\n", rows, table);
    if (migrated.from != migrated.to)
        std::cout << fmt::format("The schema went from version {} to {}.\n", migrated.from, migrated.to);
    auto const key = settings.master_key_file.string();
    if (key_was_put) {
        std::cout << fmt::format("The master key was in it: {} is new.\n", key);
    } else if (!std::filesystem::exists(settings.master_key_file)) {
        std::cout << fmt::format(
            "The master key was NOT in it: put your copy at {} (mode 0600) before you serve.\n", key);
    }
}

// The data directory, made if need be: then it goes again unless the restore `succeeded`.
class NewDirectory {
  public:
    explicit NewDirectory(std::filesystem::path path)
        : path_(std::move(path)), is_new_(!std::filesystem::exists(path_)) {
        make_data_directory(path_);
    }
    ~NewDirectory() {
        std::error_code ignored;
        if (!is_new_ || succeeded_) return;
        std::filesystem::remove(path_ / "securestack.lock", ignored);
        std::filesystem::remove(path_, ignored);  // an empty one only
    }
    NewDirectory(NewDirectory const&) = delete;
    NewDirectory& operator=(NewDirectory const&) = delete;

    void succeeded() { succeeded_ = true; }

  private:
    std::filesystem::path const path_;
    bool const is_new_;
    bool succeeded_ = false;
};

UnpackedBackup unpack(Settings const& settings, File& in, File& copy, BackupProgress const& progress) {
    try {
        return unpack_backup(
            in,
            [&](BackupManifest const& manifest) {
                require_restorable(settings, manifest);
                return &copy;
            },
            progress);
    } catch (BackupError const& error) {
        throw StartError(fmt::format("{} cannot be restored: {}", in.path().string(), error.what()));
    }
}

}  // namespace

int back_up(Settings const& settings, BackupOptions const& asked) {
    auto options = asked;
    options.file = place_of(asked);
    auto const log = make_log(std::max(settings.log_level, LogLevel::warn), settings.log_format);
    SystemClock const clock;
    ProgressLine line;
    auto const progress = [&](std::string_view phase, std::uint64_t so_far, std::uint64_t total) {
        return line.show(phase, so_far, total);
    };
    auto const source = source_of(settings, options, clock.now());
    // Opening it would make it.
    require_database(settings);
    if (options.file == "-") make_data_directory(settings.data_dir);
    auto const database = open_database(settings.database, {}, *log);
    // The schema stays as it is: the backup before an upgrade is made with the new program, too.
    if (schema_version(*database) > newest_version(database->engine()))
        throw StartError("the database is of a later release: back it up with that one");
    auto const manifest = options.file == "-" ? write_to_standard_output(source, *database, clock, progress)
                                              : write_to_file(source, options, *database, clock, progress);
    database->close();
    tell_of_backup(settings, options, manifest);
    return done;
}

int restore(Settings const& settings, RestoreOptions const& options) {
    auto const log = make_log(std::max(settings.log_level, LogLevel::warn), settings.log_format);
    SystemClock const clock;
    ProgressLine line;
    auto const progress = [&](std::string_view phase, std::uint64_t so_far, std::uint64_t total) {
        return line.show(phase, so_far, total);
    };
    auto in =
        options.file == "-" ? File::borrowed(STDIN_FILENO, "standard input") : File{options.file, O_RDONLY};
    NewDirectory directory{settings.data_dir};
    std::optional<ServerLock> lock;
    if (settings.on_sqlite()) lock.emplace(settings.data_dir);

    PendingFile copy{settings.on_sqlite() ? std::filesystem::path{database_place(settings)}
                                          : settings.data_dir / "restore"};
    auto const backup = unpack(settings, in, copy.file(), progress);
    auto const& manifest = backup.manifest;
    restore_snapshot(
        settings.database, copy.path(), manifest.snapshot,
        [&](std::uint64_t so_far, std::uint64_t total) { return progress("restoring", so_far, total); });
    auto const key_was_put = put_master_key(settings, backup.master_key);
    auto const database = open_database(settings.database, {}, *log);
    auto const migrated = migrate(*database, *log);
    record_in(*database, clock, [&](Tx& tx, Actor const& actor) {
        record_backup(tx, actor, "database.restore", options.file, manifest);
    });
    database->close();
    directory.succeeded();
    tell_of_new_database(settings);
    tell_of_restore(settings, options, manifest, migrated, key_was_put);
    return done;
}

}  // namespace securestack
