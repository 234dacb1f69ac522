#include "app/routes.hpp"

#include "audit/audit.hpp"
#include "backups/backups.hpp"
#include "identity/identity.hpp"
#include "incidents/incidents.hpp"
#include "overview/overview.hpp"
#include "servers/servers.hpp"

namespace securestack {

ServerFollowers server_followers() {
    return {backup_follower(), incident_follower()};
}

void add_all_routes(Router& router, Identity& identity, Backups& backups, SystemRoutes system,
                    std::chrono::seconds keep_deleted) {
    add_identity_routes(router, identity);  // /api/auth, /api/users, /api/setup, /.well-known/jwks.json
    add_server_routes(router, server_followers(), keep_deleted);  // /api/servers
    add_inventory_routes(router);                                 // /api/inventory
    add_incident_routes(router);         // /api/incidents, /api/servers/{id}/incidents
    add_maintenance_routes(router);      // /api/maintenance
    add_backup_routes(router, backups);  // /api/backups, /api/runs, /api/repositories, /api/schedule, /ping
    add_overview_routes(router);         // /api/search, /api/summary, /api/events
    add_audit_routes(router);            // /api/audit
    add_system_routes(router,
                      std::move(system));  // /healthz, /readyz, /metrics, /api/openapi.json, /api/docs, /
}

}  // namespace securestack
