// The operating system's limit on this process's open files, each connection among them.
#pragma once

#include <cstddef>

namespace securestack {

// Raises the limit to `wanted`, as far as the hard limit lets it; never lowers it. What it is then.
std::size_t allow_open_files(std::size_t wanted);

// So many connections of the `wanted` find room within a limit of so many open files, beside the files that
// the server itself needs; at least one.
std::size_t connections_within(std::size_t open_files, std::size_t wanted);
std::size_t open_files_for(std::size_t connections);

}  // namespace securestack
