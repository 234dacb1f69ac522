#include "upkeep/manifest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace securestack {
namespace {

// Grows when an older program could not read what a newer one writes.
constexpr std::int64_t format = 1;

std::string_view engine_name(Engine engine) {
    return engine == Engine::sqlite ? "sqlite" : "postgresql";
}

boost::json::object postgresql_json(Snapshot const& snapshot) {
    boost::json::array extensions;
    for (auto const& extension : snapshot.extensions) extensions.emplace_back(extension);
    return {{"server_version", snapshot.server_version},
            {"schema", snapshot.schema},
            {"extensions", std::move(extensions)}};
}

std::string text(boost::json::object const& object, std::string_view name) {
    return std::string{object.at(name).as_string()};
}

void read_postgresql(boost::json::object const& object, Snapshot& snapshot) {
    snapshot.server_version = text(object, "server_version");
    snapshot.schema = text(object, "schema");
    for (auto const& extension : object.at("extensions").as_array())
        snapshot.extensions.emplace_back(extension.as_string());
}

Snapshot read_snapshot(boost::json::object const& manifest) {
    Snapshot snapshot;
    auto const engine = text(manifest, "engine");
    if (engine != "sqlite" && engine != "postgresql")
        throw BackupError("it is of an engine that this program does not know: " + engine);
    snapshot.engine = engine == "sqlite" ? Engine::sqlite : Engine::postgresql;
    snapshot.schema_version = static_cast<int>(manifest.at("schema_version").to_number<std::int64_t>());
    for (auto const& [table, rows] : manifest.at("tables").as_object())
        snapshot.rows[table] = rows.to_number<std::int64_t>();
    if (snapshot.engine == Engine::postgresql)
        read_postgresql(manifest.at("postgresql").as_object(), snapshot);
    return snapshot;
}

BackupManifest read_manifest(boost::json::object const& object) {
    BackupManifest manifest;
    if (text(object, "product") != "securestack" || object.at("format").to_number<std::int64_t>() != format)
        throw BackupError("it is of a later release: restore it with that one");
    manifest.product_version = text(object, "product_version");
    auto const created = parse_time(text(object, "created_at"));
    if (!created) throw BackupError("it is damaged: its time cannot be read");
    manifest.created_at = *created;
    manifest.snapshot = read_snapshot(object);
    auto const& database = object.at("database").as_object();
    manifest.database_bytes = database.at("bytes").to_number<std::uint64_t>();
    manifest.database_sha256 = text(database, "sha256");
    auto const& key = object.at("master_key").as_object();
    manifest.has_master_key = key.at("included").as_bool();
    manifest.key_fingerprint = text(key, "fingerprint");
    return manifest;
}

}  // namespace

std::string to_json(BackupManifest const& manifest) {
    auto const& snapshot = manifest.snapshot;
    boost::json::object tables;
    for (auto const& [table, rows] : snapshot.rows) tables[table] = rows;
    boost::json::object object{
        {"product", "securestack"},
        {"format", format},
        {"product_version", manifest.product_version},
        {"created_at", format_time(manifest.created_at)},
        {"engine", engine_name(snapshot.engine)},
        {"schema_version", snapshot.schema_version},
        {"database", {{"bytes", manifest.database_bytes}, {"sha256", manifest.database_sha256}}},
        {"master_key", {{"included", manifest.has_master_key}, {"fingerprint", manifest.key_fingerprint}}},
        {"tables", std::move(tables)}};
    if (snapshot.engine == Engine::postgresql) object["postgresql"] = postgresql_json(snapshot);
    return boost::json::serialize(object) + "\n";
}

BackupManifest manifest_from_json(std::string_view json) {
    try {
        return read_manifest(boost::json::parse(json).as_object());
    } catch (BackupError const&) {
        throw;
    } catch (std::exception const&) {
        throw BackupError("it is damaged, or is no backup of SecureStack: its manifest cannot be read");
    }
}

}  // namespace securestack
