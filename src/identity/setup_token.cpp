#include "identity/setup_token.hpp"

#include "identity/accounts.hpp"
#include "identity/one_time_code.hpp"

namespace securestack {

std::optional<std::string> make_setup_token(Tx& tx, Actor const& actor) {
    if (has_active_admin(tx)) return std::nullopt;
    auto token = make_code();
    tx.execute("INSERT INTO setup_tokens (digest, created_at, expires_at) VALUES ($1, $2, $3)",
               {code_digest(token), actor.now, actor.now + setup_token_lifetime});
    record(tx, actor, "setup_token.create", {.type = "setup_token", .id = {}, .name = {}}, Outcome::success);
    return token;
}

bool is_setup_token(Tx& tx, std::string_view token, Time now) {
    return tx
        .first("SELECT 1 FROM setup_tokens WHERE digest = $1 AND expires_at > $2", {code_digest(token), now},
               [](Row const&) { return true; })
        .has_value();
}

bool redeem_setup_token(Tx& tx, std::string_view token, Time now) {
    auto const redeemed = tx.execute("DELETE FROM setup_tokens WHERE digest = $1 AND expires_at > $2",
                                     {code_digest(token), now});
    if (redeemed != 1) return false;
    tx.execute("DELETE FROM setup_tokens");
    return true;
}

std::int64_t purge_setup_tokens(Tx& tx, Time now, std::int64_t most) {
    return tx.execute(
        "DELETE FROM setup_tokens WHERE digest IN "
        "(SELECT digest FROM setup_tokens WHERE expires_at <= $1 LIMIT $2)",
        {now, most});
}

}  // namespace securestack
