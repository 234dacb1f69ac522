// `securestack serve`: the process around an Application. Signals, the listener, the timer, the order of
// start and stop.
#pragma once

#include "app/settings.hpp"

namespace securestack {

struct ServeOptions {
    bool migrate = true;
};

// Returns after SIGTERM or SIGINT, when what had begun was answered; a second one ends the process at once.
// SIGHUP reads the certificate again. Throws what stops the start.
void serve(Settings const& settings, ServeOptions options);

}  // namespace securestack
