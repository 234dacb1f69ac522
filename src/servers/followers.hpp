// Telling those who follow servers. Private to this folder.
#pragma once

#include "servers/servers.hpp"

namespace securestack {

inline void tell(ServerFollowers const& followers, ServerFollower::Told ServerFollower::*what, Tx& tx,
                 Actor const& actor, Server const& server) {
    for (auto const& follower : followers) {
        if (follower.*what) (follower.*what)(tx, actor, server);
    }
}

}  // namespace securestack
