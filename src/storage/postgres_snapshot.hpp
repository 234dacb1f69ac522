// PostgreSQL's half of snapshot.hpp.
#pragma once

#include "storage/snapshot.hpp"

namespace securestack::postgres {

Snapshot take_snapshot(Secret const& url, std::filesystem::path const& file,
                       SnapshotProgress const& progress);
void require_empty(Secret const& url, Snapshot const& snapshot);
void restore_snapshot(Secret const& url, std::filesystem::path const& file, Snapshot const& snapshot,
                      SnapshotProgress const& progress);

}  // namespace securestack::postgres
