#include "app/installation.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace securestack {
namespace {

constexpr std::size_t most_lookups = 8;  // at once: each has a connection with a cache of its own

bool is_own_key(Settings const& settings) {
    return settings.master_key_file == settings.data_dir / "master.key";
}

// A key file that was named is not made here: without it there shall be no new database either.
void require_named_key(Settings const& settings) {
    if (is_own_key(settings)) return;
    if (auto const key = MasterKey::load(settings.master_key_file); !key)
        throw StartError(key.error().detail);
}

std::unique_ptr<Database> open(Settings const& settings, SchemaPolicy policy, Log& log,
                               DatabaseObserver observer) {
    if (policy == SchemaPolicy::migrate) {
        require_named_key(settings);
        make_data_directory(settings.data_dir);
    } else {
        require_database(settings);
    }
    DatabaseOptions options;
    options.readers = settings.on_sqlite() ? settings.database_pool : settings.database_pool / 2;
    options.lookups = std::min<std::size_t>(settings.threads, most_lookups);
    options.observer = std::move(observer);
    return open_database(settings.database, std::move(options), log);
}

// Whether the database is new.
bool prepare_schema(Settings const& settings, Database& database, SchemaPolicy policy, Log& log,
                    ServerLock const* held) {
    auto const found = schema_version(database);
    auto const wanted = migrations(database.engine()).back().number;
    if (policy == SchemaPolicy::must_be_current && found != wanted) {
        throw StartError(
            fmt::format("the database is at schema version {}, and this program needs {}. Run "
                        "`securestack migrate`, or serve without --no-migrate.",
                        found, wanted));
    }
    if (policy == SchemaPolicy::migrate_existing && found == 0) throw StartError(no_database(settings));
    return policy != SchemaPolicy::must_be_current &&
           bring_up_to_date(settings, database, log, held).from == 0;
}

bool holds_sealed_keys(Database& database) {
    return database
        .read_now([](Tx& tx) {
            return tx.first("SELECT 1 FROM signing_keys LIMIT 1", {}, [](Row const&) { return true; });
        })
        .has_value();
}

// The default file is made on first use; one that was named holds a key that somebody keeps elsewhere. A new
// key beside a database that another one sealed would open nothing.
MasterKey load_key(Settings const& settings, Database& database, MissingKey missing) {
    auto const& file = settings.master_key_file;
    auto const own = is_own_key(settings);
    bool const must_exist = missing == MissingKey::refuse && holds_sealed_keys(database);
    if (own && must_exist && !std::filesystem::exists(file)) {
        throw StartError(fmt::format(
            "{} is missing, and the database was set up with it: put it back from your backup. If "
            "it is lost for good, see `securestack keys recover --help`",
            file.string()));
    }
    auto key = own ? MasterKey::load_or_create(file) : MasterKey::load(file);
    if (!key) throw StartError(key.error().detail);
    return std::move(*key);
}

}  // namespace

MigrationReport bring_up_to_date(Settings const& settings, Database& database, Log& log,
                                 ServerLock const* held) {
    std::optional<ServerLock> lock;
    auto const found = schema_version(database);
    bool const changes = found != 0 && found < migrations(database.engine()).back().number;
    if (changes && held == nullptr && settings.on_sqlite()) {
        try {
            lock.emplace(settings.data_dir);
        } catch (StartError const& error) {
            throw StartError(
                fmt::format("the database has an earlier release's schema, and {}", error.what()));
        }
    }
    return migrate(database, log);
}

Installation::Installation(Settings const& settings, SchemaPolicy policy, Log& log, DatabaseObserver observer,
                           MissingKey missing, ServerLock const* held)
    : database(open(settings, policy, log, std::move(observer))),
      is_new(prepare_schema(settings, *database, policy, log, held)),
      master_key(load_key(settings, *database, missing)) {}

IdentitySettings identity_settings(Settings const& settings) {
    IdentitySettings identity;
    identity.registration = settings.registration;
    identity.login_rate = settings.rate_limit_login;
    identity.shortest_password = static_cast<int>(settings.password_min_length);
    identity.access_lifetime = settings.access_token_lifetime;
    identity.session_lifetime = settings.refresh_token_lifetime;
    identity.sessions_kept = settings.keep_sessions;
    identity.issuer = settings.issuer();
    return identity;
}

}  // namespace securestack
