#include "app/routes.hpp"

#include "audit/audit.hpp"
#include "identity/identity.hpp"
#include "servers/servers.hpp"

namespace securestack {

void add_all_routes(Router& router, Identity& identity, SystemRoutes system) {
    add_identity_routes(router, identity);  // /api/auth, /api/users, /api/setup, /.well-known/jwks.json
    add_server_routes(router);              // /api/servers
    add_audit_routes(router);               // /api/audit
    add_system_routes(router,
                      std::move(system));  // /healthz, /readyz, /metrics, /api/openapi.json, /api/docs, /
}

}  // namespace securestack
