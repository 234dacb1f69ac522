// What the audit log says of backups and restores of the database.
#pragma once

#include <string>
#include <string_view>

#include "audit/audit.hpp"
#include "upkeep/backup_file.hpp"

namespace securestack {

// "database.backup", "database.self_backup", "database.restore". `file` is where it went, or came from.
void record_backup(Tx& tx, Actor const& actor, std::string_view action, std::string const& file,
                   BackupManifest const& manifest);
void record_failed_backup(Tx& tx, Actor const& actor, std::string_view action, std::string const& file,
                          std::string_view reason);

}  // namespace securestack
