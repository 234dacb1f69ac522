#include "storage/migrate.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "core/embedded.hpp"
#include "storage/dialect.hpp"

namespace securestack {

std::span<EmbeddedFile const> embedded_migrations();

namespace {

using Kind = DatabaseError::Kind;

struct FileName {
    int number = 0;
    std::string name;
    std::optional<Engine> engine;  // nullopt: for both
};

FileName parse_file_name(std::string_view file) {
    auto const invalid = [&] {
        return std::logic_error(fmt::format("migrations/{}: the name must be NNNN_name[.engine].sql", file));
    };
    FileName parsed;
    auto const [end, error] =
        std::from_chars(file.data(), file.data() + std::min<std::size_t>(file.size(), 4), parsed.number);
    if (error != std::errc{} || end != file.data() + 4 || !file.ends_with(".sql") || file[4] != '_')
        throw invalid();
    auto const rest = file.substr(5, file.size() - 5 - 4);
    auto const dot = rest.find('.');
    parsed.name = rest.substr(0, dot);
    if (dot != rest.npos) {
        auto const engine = rest.substr(dot + 1);
        if (engine != "sqlite" && engine != "postgresql") throw invalid();
        parsed.engine = engine == "sqlite" ? Engine::sqlite : Engine::postgresql;
    }
    return parsed;
}

// FNV-1a: finds an edited file, not an attacker.
std::string checksum(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (auto const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
}

constexpr std::string_view create_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "number {int} PRIMARY KEY, name {text} NOT NULL, checksum {text} NOT NULL, applied_at {time} NOT "
    "NULL){strict}";

void require_known(std::int64_t number, std::string_view name, std::string_view sum,
                   std::span<Migration const> known) {
    auto const newest = known.empty() ? 0 : known.back().number;
    if (number > newest) {
        throw DatabaseError{
            Kind::schema,
            fmt::format("the database has schema version {}, this program knows versions up to {}: start the "
                        "release that migrated it or a later one, or restore the backup made before that",
                        number, newest)};
    }
    auto const* migration = std::ranges::find(known, number, &Migration::number).operator->();
    if (checksum(migration->sql) != sum) {
        throw DatabaseError{
            Kind::schema,
            fmt::format("migration {:04} ({}) is not the one that was applied to this database: "
                        "put the change into a new migration",
                        number, name)};
    }
}

// The highest number applied. Throws when the database and this program do not fit.
int applied_version(Tx& tx, std::span<Migration const> known) {
    int version = 0;
    tx.query("SELECT number, name, checksum FROM schema_migrations ORDER BY number DESC", {},
             [&](Row const& row) {
                 require_known(row.integer(0), row.text(1), row.text(2), known);
                 version = std::max(version, static_cast<int>(row.integer(0)));
             });
    return version;
}

bool has_table(Tx& tx) {
    return tx
        .first(dialect::table_exists(tx.engine()), {"schema_migrations"}, [](Row const&) { return true; })
        .has_value();
}

struct Step {
    int from = 0;
    int to = 0;
};

// Applies the first of the migrations that is missing, if one is.
Step apply_next(Tx& tx, std::span<Migration const> known) {
    tx.run_script(dialect::maintenance_lock(tx.engine()));
    tx.run_script(dialect::expand(create_table, tx.engine()));
    auto const version = applied_version(tx, known);
    auto const* next = known.data() + version;  // numbers begin at 1 and have no gaps
    if (next == known.data() + known.size()) return {version, version};
    try {
        tx.run_script(dialect::expand(next->sql, tx.engine()));
    } catch (DatabaseError const& error) {
        bool const may_pass = error.kind() == Kind::serialization || error.kind() == Kind::unavailable ||
                              error.kind() == Kind::full;
        if (may_pass) throw;
        throw DatabaseError{Kind::schema, fmt::format("migration {:04} ({}) failed: {}", next->number,
                                                      next->name, error.what())};
    }
    tx.execute("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
               {next->number, next->name, checksum(next->sql), tx.database_now()});
    return {version, next->number};
}

}  // namespace

std::vector<Migration> migrations(Engine engine) {
    std::map<int, Migration> chosen;
    std::map<int, bool> is_own;  // the engine's own file was chosen over the common one
    for (auto const& file : embedded_migrations()) {
        auto const name = parse_file_name(file.name);
        if (name.engine && *name.engine != engine) continue;
        auto const seen = chosen.find(name.number);
        if (seen != chosen.end() &&
            (seen->second.name != name.name || is_own[name.number] == name.engine.has_value())) {
            throw std::logic_error(fmt::format("two migrations have the number {:04}", name.number));
        }
        if (seen != chosen.end() && !name.engine) continue;
        is_own[name.number] = name.engine.has_value();
        chosen[name.number] = {name.number, name.name, std::string{file.content}};
    }
    std::vector<Migration> ordered;
    for (auto& [number, migration] : chosen) {
        if (number != static_cast<int>(ordered.size()) + 1) {
            throw std::logic_error(fmt::format("there is no migration {:04}", ordered.size() + 1));
        }
        ordered.push_back(std::move(migration));
    }
    return ordered;
}

MigrationReport migrate(Database& database, Log& log) {
    auto const known = migrations(database.engine());
    return migrate(database, known, log);
}

MigrationReport migrate(Database& database, std::span<Migration const> known, Log& log) {
    std::optional<MigrationReport> report;
    for (;;) {
        auto const step = database.maintain_now([&](Tx& tx) { return apply_next(tx, known); });
        if (!report) report = MigrationReport{step.from, step.from};
        report->to = step.to;  // other replicas may have applied some
        if (step.to == step.from) return *report;
        log.info("database.migrated",
                 {{"number", step.to}, {"name", known[static_cast<std::size_t>(step.to) - 1].name}});
    }
}

int schema_version(Database& database) {
    return database.read_now([](Tx& tx) {
        if (!has_table(tx)) return 0;
        auto const version = tx.first("SELECT coalesce(max(number), 0) FROM schema_migrations", {},
                                      [](Row const& row) { return static_cast<int>(row.integer(0)); });
        return version.value_or(0);
    });
}

}  // namespace securestack
