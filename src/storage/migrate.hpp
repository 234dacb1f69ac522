// Schema migrations, compiled in from migrations/NNNN_name.sql; NNNN_name.sqlite.sql or
// NNNN_name.postgresql.sql stands in for the common file where the engines must differ. Words in braces
// ({id}, {time}, {strict} …) become the engine's types (see value.hpp).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace securestack {

struct Migration {
    int number = 0;
    std::string name;
    std::string sql;  // for the engine it was asked for, its words still in braces
};

// All migrations for `engine`, in order. Throws std::logic_error on a gap or a duplicate number.
std::vector<Migration> migrations(Engine engine);

struct MigrationReport {
    int from = 0;  // schema version found
    int to = 0;    // schema version now
};

// Applies what is missing, one transaction each, under a lock that keeps other replicas out. Throws
// DatabaseError{schema} when the database is newer than this program, or when an applied migration has
// changed.
MigrationReport migrate(Database& database, Log& log);
MigrationReport migrate(Database& database, std::span<Migration const> known, Log& log);

// The version found, 0 for an empty database.
int schema_version(Database& database);

}  // namespace securestack
