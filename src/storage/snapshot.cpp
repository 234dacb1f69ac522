#include "storage/snapshot.hpp"

#include "storage/postgres_snapshot.hpp"
#include "storage/sqlite_snapshot.hpp"

namespace securestack {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

std::filesystem::path file_of(Secret const& url) {
    std::filesystem::path file = url.reveal().substr(sqlite_scheme.size());
    if (file == ":memory:") {
        throw DatabaseError{DatabaseError::Kind::unavailable,
                            "a database in memory has no file to copy or to restore"};
    }
    return file;
}

}  // namespace

std::int64_t Snapshot::total_rows() const {
    std::int64_t total = 0;
    for (auto const& [table, count] : rows) total += count;
    return total;
}

Engine engine_of(Secret const& url) {
    return url.reveal().starts_with(sqlite_scheme) ? Engine::sqlite : Engine::postgresql;
}

Snapshot take_snapshot(Secret const& url, std::filesystem::path const& file,
                       SnapshotProgress const& progress) {
    if (engine_of(url) == Engine::postgresql) return postgres::take_snapshot(url, file, progress);
    return sqlite::take_snapshot(file_of(url), file, progress);
}

void require_empty(Secret const& url, Snapshot const& snapshot) {
    auto const engine = engine_of(url);
    if (engine != snapshot.engine) {
        auto const name = [](Engine e) { return e == Engine::sqlite ? "SQLite" : "PostgreSQL"; };
        throw DatabaseError{DatabaseError::Kind::schema,
                            std::string{"the copy was made of a "} + name(snapshot.engine) +
                                " database and cannot come into a " + name(engine) +
                                " one: name another with --database"};
    }
    if (engine == Engine::postgresql) return postgres::require_empty(url, snapshot);
    sqlite::require_empty(file_of(url));
}

void restore_snapshot(Secret const& url, std::filesystem::path const& file, Snapshot const& snapshot,
                      SnapshotProgress const& progress) {
    require_empty(url, snapshot);
    if (engine_of(url) == Engine::postgresql)
        return postgres::restore_snapshot(url, file, snapshot, progress);
    sqlite::restore_snapshot(file, snapshot, file_of(url), progress);
}

}  // namespace securestack
