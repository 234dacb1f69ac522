// What the server and the tools beside it share: the data directory, the database at this program's schema,
// and the master key.
#pragma once

#include <memory>

#include "app/data_directory.hpp"
#include "app/settings.hpp"
#include "core/id.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "crypto/master_key.hpp"
#include "identity/settings.hpp"
#include "storage/database.hpp"

namespace securestack {

enum class SchemaPolicy {
    migrate,           // make the database when there is none, and apply what is missing
    migrate_existing,  // refuse to make one; apply what is missing
    must_be_current    // refuse to make one, and an older schema
};

enum class MissingKey {
    refuse,  // a database that has sealed keys needs the master key that sealed them
    replace  // it is lost for good
};

struct Installation {
    // Throws StartError or DatabaseError; the messages say what to do.
    Installation(Settings const& settings, SchemaPolicy policy, Log& log, DatabaseObserver observer = {},
                 MissingKey missing = MissingKey::refuse);

    std::unique_ptr<Database> const database;
    bool const is_new;  // it was made just now
    MasterKey const master_key;
    IdSource ids;
};

IdentitySettings identity_settings(Settings const& settings);

}  // namespace securestack
