#include "upkeep/backup_record.hpp"

#include <boost/json/object.hpp>

namespace securestack {
namespace {

AuditObject object_of(std::string const& file) {
    return {"database", "", file};
}

boost::json::value fact(boost::json::value value) {
    return {{"from", nullptr}, {"to", std::move(value)}};
}

}  // namespace

void record_backup(Tx& tx, Actor const& actor, std::string_view action, std::string const& file,
                   BackupManifest const& manifest) {
    boost::json::object facts;
    facts["created_at"] = fact(format_time(manifest.created_at).c_str());
    facts["sha256"] = fact(manifest.database_sha256.c_str());
    facts["rows"] = fact(manifest.snapshot.total_rows());
    facts["master_key"] = fact(manifest.has_master_key);
    record(tx, actor, action, object_of(file), Outcome::success, facts);
}

void record_failed_backup(Tx& tx, Actor const& actor, std::string_view action, std::string const& file,
                          std::string_view reason) {
    boost::json::object facts;
    facts["reason"] = fact(boost::json::string{reason});
    record(tx, actor, action, object_of(file), Outcome::failure, facts);
}

}  // namespace securestack
