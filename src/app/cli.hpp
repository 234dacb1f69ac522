// The command line: from arguments to one of the commands.
//
// Exit codes: 0 done; 1 it could not be done, standard error says why; 2 the command or the configuration is
// wrong.
#pragma once

namespace securestack {

int run_command_line(int argc, char const* const* argv);

}  // namespace securestack
