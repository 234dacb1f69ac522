// The identity calls of the API, a group a file.
#pragma once

namespace securestack {

class Identity;
class Router;

// All of the below. `identity` must outlive the router.
void add_identity_routes(Router& router, Identity& identity);

void add_login_routes(Router& router, Identity& identity);         // login, refresh, logout, signing keys
void add_registration_routes(Router& router, Identity& identity);  // register, setup
void add_invite_routes(Router& router);                            // invites, for administrators
void add_account_routes(Router& router, Identity& identity);       // me, password
void add_user_routes(Router& router, Identity& identity);          // users, for administrators
void add_api_key_routes(Router& router, Identity& identity);       // API keys
void add_session_routes(Router& router, Identity& identity);       // own sessions
void add_totp_routes(Router& router, Identity& identity);          // second factor
void add_team_routes(Router& router, Identity& identity);          // teams and their members

}  // namespace securestack
