#include "app/installation.hpp"

#include <fmt/format.h>

#include "storage/migrate.hpp"

namespace securestack {
namespace {

std::unique_ptr<Database> open(Settings const& settings, SchemaPolicy policy, Log& log,
                               DatabaseObserver observer) {
    make_data_directory(settings.data_dir);
    DatabaseOptions options;
    options.readers = settings.on_sqlite() ? settings.database_pool : settings.database_pool / 2;
    options.observer = std::move(observer);
    auto database = open_database(settings.database, std::move(options), log);
    if (policy == SchemaPolicy::migrate) {
        migrate(*database, log);
        return database;
    }
    auto const found = schema_version(*database);
    auto const wanted = migrations(database->engine()).back().number;
    if (found != wanted) {
        throw StartError(
            fmt::format("the database is at schema version {}, and this program needs {}. Run "
                        "`securestack migrate`, or serve without --no-migrate.",
                        found, wanted));
    }
    return database;
}

// The default file is made on first use; one that was named holds a key that somebody keeps elsewhere.
MasterKey load_key(Settings const& settings) {
    auto const own = settings.master_key_file == settings.data_dir / "master.key";
    auto key =
        own ? MasterKey::load_or_create(settings.master_key_file) : MasterKey::load(settings.master_key_file);
    if (!key) throw StartError(key.error().detail);
    return std::move(*key);
}

}  // namespace

Installation::Installation(Settings const& settings, SchemaPolicy policy, Log& log, DatabaseObserver observer)
    : database(open(settings, policy, log, std::move(observer))), master_key(load_key(settings)) {}

IdentitySettings identity_settings(Settings const& settings) {
    IdentitySettings identity;
    identity.registration = settings.registration;
    identity.login_rate = settings.rate_limit_login;
    identity.shortest_password = static_cast<int>(settings.password_min_length);
    identity.access_lifetime = settings.access_token_lifetime;
    identity.session_lifetime = settings.refresh_token_lifetime;
    identity.issuer = settings.issuer();
    return identity;
}

}  // namespace securestack
