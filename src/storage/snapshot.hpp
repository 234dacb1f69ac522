// A consistent copy of a whole database, taken while servers read and write it, and the way back into an
// empty one. SQLite: a database file, by SQLite's online backup, all of it as at one moment. PostgreSQL: a
// dump in pg_dump's custom format of the schema that the connection works in; pg_dump and pg_restore must be
// in PATH, and no older than the server.
//
// Everything here throws DatabaseError, whose message says what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/secret.hpp"
#include "storage/database.hpp"

namespace securestack {

// What a copy holds.
struct Snapshot {
    Engine engine = Engine::sqlite;
    int schema_version = 0;
    std::map<std::string, std::int64_t> rows{};  // of each table
    // PostgreSQL's only.
    std::string server_version{};
    std::string schema{};
    std::vector<std::string> extensions{};  // that stand in the schema

    std::int64_t total_rows() const;
};

// Told some times a second how many bytes are done, of how many (0: nobody knows). False ends the work: it
// throws DatabaseError{interrupted}.
using SnapshotProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

Engine engine_of(Secret const& url);

// Writes the copy into `file`, which must be there and empty, then reads it back: opens it, checks it
// (SQLite: integrity and foreign keys; PostgreSQL: the whole archive is read), and counts what it holds
// against the source. Holds no lock that a server would wait for.
Snapshot take_snapshot(Secret const& url, std::filesystem::path const& file,
                       SnapshotProgress const& progress);

// Throws when something is in the database already, or when a copy like `snapshot` cannot come into it.
// Opens the database, and makes nothing.
void require_empty(Secret const& url, Snapshot const& snapshot);

// Puts the copy in `file` into the empty database, checks it as above, and counts what came against
// `snapshot`. SQLite: `file` becomes the database, so it must be on the same file system; no server may run.
// PostgreSQL: all or nothing, in one transaction.
void restore_snapshot(Secret const& url, std::filesystem::path const& file, Snapshot const& snapshot,
                      SnapshotProgress const& progress);

}  // namespace securestack
