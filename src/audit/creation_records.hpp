// Records of many objects that were created together, each the same as `record_created` writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_record.hpp"

namespace securestack {

// They wait for `write`, which must be called before the transaction ends; for some hundreds at a time.
class CreationRecords {
  public:
    CreationRecords(Tx& tx, Actor const& actor, std::string_view action);
    template <class T>
    void add(T const& after) {
        add(audit_object(after), change_set(schema_of<T>(), nullptr, &after));
    }
    void write();

  private:
    void add(AuditObject const& object, ChangeSet changes);

    Tx& tx_;
    Actor actor_;
    std::string action_;
    std::vector<AuditRecord> waiting_;
};

}  // namespace securestack
