// SQLite's half of snapshot.hpp.
#pragma once

#include "storage/snapshot.hpp"

namespace securestack::sqlite {

Snapshot take_snapshot(std::filesystem::path const& database, std::filesystem::path const& file,
                       SnapshotProgress const& progress);
void require_empty(std::filesystem::path const& database);
void restore_snapshot(std::filesystem::path const& file, Snapshot const& snapshot,
                      std::filesystem::path const& database, SnapshotProgress const& progress);

}  // namespace securestack::sqlite
