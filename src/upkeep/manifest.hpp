// manifest.json of a backup.
#pragma once

#include <string_view>

#include "upkeep/backup_file.hpp"

namespace securestack {

// Throws BackupError when it is not one, or is of a later format.
BackupManifest manifest_from_json(std::string_view text);

}  // namespace securestack
