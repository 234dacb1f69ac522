// The operating system's limit on this process's open files, each connection among them.
#pragma once

#include <cstddef>

namespace securestack {

// Raises the limit to `wanted`, as far as the hard limit lets it; never lowers it. What it is then.
std::size_t allow_open_files(std::size_t wanted);

// So many connections need so many open files, beside those of the server itself.
std::size_t open_files_for(std::size_t connections);

// So many of the `wanted` connections find room within a limit of so many open files; at least one.
std::size_t connections_within(std::size_t open_files, std::size_t wanted);

}  // namespace securestack
