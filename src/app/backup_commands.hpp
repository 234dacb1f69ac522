// `securestack backup` and `securestack restore`. Each returns the exit code, prints what was done on
// standard output (with `json`: as JSON) and what went wrong on standard error.
#pragma once

#include <string>

#include "app/settings.hpp"

namespace securestack {

struct BackupOptions {
    std::string file;  // "-": standard output
    bool force = false;
    bool with_master_key = false;
    bool json = false;
};
// Beside a running server.
int back_up(Settings const& settings, BackupOptions const& options);

struct RestoreOptions {
    std::string file;  // "-": standard input
    bool json = false;
};
int restore(Settings const& settings, RestoreOptions const& options);

}  // namespace securestack
