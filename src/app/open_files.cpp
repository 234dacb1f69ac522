#include "app/open_files.hpp"

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace securestack {
namespace {

// Of the database, the log, listeners, bodies that wait on the disk, and what a command starts.
constexpr std::size_t of_the_server = 512;

}  // namespace

std::size_t allow_open_files(std::size_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
    auto const before = limit.rlim_cur;
    limit.rlim_cur = std::max<rlim_t>(before, std::min<rlim_t>(wanted, limit.rlim_max));
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t open_files_for(std::size_t connections) {
    return connections + of_the_server;
}

std::size_t connections_within(std::size_t open_files, std::size_t wanted) {
    auto const left = open_files - std::min(open_files / 2, of_the_server);
    return std::clamp<std::size_t>(left, 1, wanted);
}

}  // namespace securestack
