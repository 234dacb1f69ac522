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
#include "storage/migrate.hpp"

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

// Applies what is missing of the schema. A server of an earlier release would go on with a file whose schema
// it does not know: on SQLite throws StartError while there is one, unless `held` is the lock that keeps
// others out. (Replicas on PostgreSQL are replaced one by one.)
MigrationReport bring_up_to_date(Settings const& settings, Database& database, Log& log,
                                 ServerLock const* held = nullptr);

struct Installation {
    // Throws StartError or DatabaseError; the messages say what to do.
    Installation(Settings const& settings, SchemaPolicy policy, Log& log, DatabaseObserver observer = {},
                 MissingKey missing = MissingKey::refuse, ServerLock const* held = nullptr);

    std::unique_ptr<Database> const database;
    bool const is_new;  // it was made just now
    MasterKey const master_key;
    IdSource ids;
};

IdentitySettings identity_settings(Settings const& settings);

}  // namespace securestack
