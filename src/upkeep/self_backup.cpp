#include "upkeep/self_backup.hpp"

#include <algorithm>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "upkeep/backup_record.hpp"

namespace securestack {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view action = "database.self_backup";
constexpr std::string_view lease_name = "self_backup";
// Whoever dies while making one holds the others up for this long.
constexpr std::chrono::minutes lease_duration{15};
constexpr std::chrono::minutes prolong_every{3};
constexpr std::chrono::hours pause_after_failure{1};

constexpr std::string_view name_begin = "securestack-";
constexpr std::string_view name_end = ".tar";
constexpr std::size_t name_size = 12 + 16 + 4;  // securestack-20261122T022500Z.tar

std::string name_for(Time now) {
    return fmt::format("{}{:%Y%m%dT%H%M%SZ}{}", name_begin, std::chrono::floor<std::chrono::seconds>(now),
                       name_end);
}

bool is_own(std::string_view name) {
    return name.size() == name_size && name.starts_with(name_begin) && name.ends_with(name_end);
}

std::string text_of_error(std::exception_ptr const& error) {
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return known.what();
    }
}

void make_directory(std::filesystem::path const& directory) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return;
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
}

}  // namespace

SelfBackup::SelfBackup(Database& database, Clock const& clock, IdSource& ids, Log& log,
                       SelfBackupSettings settings)
    : database_(database),
      clock_(clock),
      ids_(ids),
      log_(log),
      settings_(std::move(settings)),
      holder_(ids.make(clock.now()).to_string()) {}

Actor SelfBackup::program(Time now) const {
    Principal principal;
    principal.name = "securestack";
    principal.via = Via::system;
    return Actor{std::move(principal), now, ids_};
}

// The audit log is the one memory that all replicas share and that nothing is removed from.
SelfBackup::History SelfBackup::history(Tx& tx) const {
    auto const time = [](Row const& row) { return row.time(0); };
    return {tx.first("SELECT at FROM audit_records WHERE action = $1 AND outcome = 'success' "
                     "ORDER BY at DESC, id DESC LIMIT 1",
                     {action}, time),
            tx.first("SELECT at FROM audit_records WHERE action = $1 ORDER BY at DESC, id DESC LIMIT 1",
                     {action}, time)};
}

bool SelfBackup::is_due(Tx& tx, Time now) {
    auto const [success, attempt] = history(tx);
    if (success && last_success_.exchange(to_micros(*success)) != to_micros(*success)) {
        // Another replica's may be on another machine.
        std::error_code error;
        auto const size = std::filesystem::file_size(settings_.directory / name_for(*success), error);
        last_bytes_ = error ? 0 : size;
    }
    if (success && settings_.schedule->next(*success, TimeZone::utc()) > now) return false;
    auto const tried = std::max(attempt.value_or(Time{}), failed_at_.value_or(Time{}));
    // The attempt that succeeded is no reason to wait: its next slot has come.
    return tried == success.value_or(Time{}) || now - tried >= pause_after_failure;
}

std::optional<Lease> SelfBackup::claim() {
    return database_.write_now([&](Tx& tx) -> std::optional<Lease> {
        auto const now = shared_now(tx, clock_.now());
        if (!is_due(tx, now)) return std::nullopt;
        return claim_lease(tx, lease_name, holder_, lease_duration, now);
    });
}

bool SelfBackup::keep_lease(Lease& lease) {
    auto const kept = database_.write_now([&](Tx& tx) {
        return claim_lease(tx, lease.name, lease.holder, lease_duration, shared_now(tx, clock_.now()));
    });
    return kept && kept->fence == lease.fence;
}

void SelfBackup::look() {
    if (!settings_.schedule || stopping_) return;
    std::optional<Lease> lease;
    try {
        if (!database_.read_now([&](Tx& tx) { return is_due(tx, shared_now(tx, clock_.now())); })) return;
        lease = claim();
        if (!lease) return;
        make(*lease);
        database_.write_now([&](Tx& tx) { release_lease(tx, *lease); });
    } catch (std::exception const& error) {
        log_.warn("self_backup.skipped", {{"reason", error.what()}});
    }
}

void SelfBackup::make(Lease& lease) {
    auto const begun = Steady::now();
    auto prolonged = begun;
    auto const go_on = [&](std::string_view, std::uint64_t, std::uint64_t) {
        if (stopping_) return false;
        if (Steady::now() - prolonged < prolong_every) return true;
        prolonged = Steady::now();
        return keep_lease(lease);
    };
    auto const now = database_.read_now([&](Tx& tx) { return shared_now(tx, clock_.now()); });
    auto const target = settings_.directory / name_for(now);
    try {
        make_directory(settings_.directory);
        remove_leftovers();
        PendingFile file{target};
        auto const manifest = write_backup(file.file(),
                                           {.database = settings_.database,
                                            .directory = settings_.directory,
                                            .product_version = settings_.product_version,
                                            .now = now,
                                            .key_fingerprint = settings_.key_fingerprint,
                                            .master_key = std::nullopt},
                                           go_on);
        file.file().sync();
        verify_backup(file.file(), go_on);
        file.publish(PendingFile::Existing::keep);
        record_made(target, now, manifest);
        failed_at_.reset();
        last_success_ = to_micros(now);
        last_bytes_ = std::filesystem::file_size(target);
        std::chrono::duration<double> const took = Steady::now() - begun;
        log_.info("self_backup.made", {{"file", target.string()},
                                       {"bytes", last_bytes_.load()},
                                       {"rows", manifest.snapshot.total_rows()},
                                       {"took_s", took.count()}});
        remove_old();
    } catch (...) {
        if (stopping_) return;
        fail(target.string(), text_of_error(std::current_exception()));
    }
}

// What the audit log does not know of does not exist.
void SelfBackup::record_made(std::filesystem::path const& file, Time now, BackupManifest const& manifest) {
    try {
        database_.write_now(
            [&](Tx& tx) { record_backup(tx, program(now), action, file.string(), manifest); });
    } catch (DatabaseError const&) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        throw;
    }
}

void SelfBackup::fail(std::string const& file, std::string const& reason) {
    ++failures_;
    auto const now = clock_.now();
    failed_at_ = now;
    log_.error("self_backup.failed", {{"file", file}, {"reason", reason}});
    try {
        database_.write_now([&](Tx& tx) {
            record_failed_backup(tx, program(shared_now(tx, clock_.now())), action, file, reason);
        });
    } catch (DatabaseError const& error) {
        // On a full disk the log above is all that can be told.
        log_.error("self_backup.not_recorded", {{"reason", error.what()}});
    }
}

// Names sort by time. What others keep in this directory is theirs.
void SelfBackup::remove_old() {
    std::vector<std::filesystem::path> own;
    for (auto const& entry : std::filesystem::directory_iterator(settings_.directory)) {
        if (entry.is_regular_file() && is_own(entry.path().filename().string())) own.push_back(entry.path());
    }
    if (own.size() <= settings_.keep) return;
    std::ranges::sort(own);
    own.resize(own.size() - settings_.keep);
    for (auto const& old : own) {
        std::error_code error;
        std::filesystem::remove(old, error);
        if (error) {
            log_.warn("self_backup.not_removed", {{"file", old.string()}, {"reason", error.message()}});
        } else {
            log_.info("self_backup.removed", {{"file", old.string()}});
        }
    }
}

// Of a process that was killed while making one.
void SelfBackup::remove_leftovers() {
    for (auto const& entry : std::filesystem::directory_iterator(settings_.directory)) {
        auto const name = entry.path().filename().string();
        auto const own = name.starts_with(".securestack-") || name.starts_with(".copy.");
        std::error_code ignored;
        if (own && name.ends_with(".part")) std::filesystem::remove(entry.path(), ignored);
    }
}

}  // namespace securestack
