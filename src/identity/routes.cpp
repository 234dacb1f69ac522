#include "identity/routes.hpp"

namespace securestack {

void add_identity_routes(Router& router, Identity& identity) {
    add_login_routes(router, identity);
    add_registration_routes(router, identity);
    add_invite_routes(router);
    add_account_routes(router, identity);
    add_user_routes(router, identity);
    add_session_routes(router, identity);
    add_totp_routes(router, identity);
    add_team_routes(router, identity);
    add_api_key_routes(router, identity);
}

}  // namespace securestack
