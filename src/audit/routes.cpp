#include "audit/audit.hpp"
#include "audit/audit_record.hpp"
#include "http/router.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

// Admins and auditors read the whole log; a user its own acts.
Result<Sql> readable(Tx&, Context const& context) {
    Sql scope;
    if (!sees_everything(context.principal)) scope.add("actor_id = ").bind(context.principal.user);
    return scope;
}

Result<Entity<AuditRecord>> get_record(Tx& tx, Context const& context, Id id) {
    auto const found = Table<AuditRecord>(tx).find(id);
    bool const readable =
        found && (sees_everything(context.principal) || found->actor_id == context.principal.user);
    if (!readable) return Problem{ErrorCode::not_found, "There is no audit record with this id."};
    return Entity<AuditRecord>{*found};
}

}  // namespace

void add_audit_routes(Router& router) {
    router.record_export = record_export;
    router.list<AuditRecord>("/api/audit", allow(Permission::audit_read), readable)
        .operation("listAuditRecords")
        .summary("Who did what")
        .description(
            "Every mutation, login, refusal and export, newest first. Admins and auditors see all of them, "
            "others their own acts.")
        .tag("Audit");
    router.get("/api/audit/{id}", allow(Permission::audit_read), get_record)
        .reach(Reach::read)
        .operation("getAuditRecord")
        .summary("One entry of the audit log")
        .tag("Audit");
}

}  // namespace securestack
