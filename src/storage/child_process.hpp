// Another program, run to its end.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace securestack {

struct ChildProcess {
    std::vector<std::string> words;  // the first is looked up in PATH
    // Added to this process's environment: what others must not read goes there, never among the words.
    std::vector<std::pair<std::string, std::string>> environment{};
};

struct ChildOutcome {
    bool found = true;     // false: there is no such program
    int exit_code = -1;    // -1: a signal ended it
    std::string output{};  // the last 256 KiB of each
    std::string errors{};
};

// Waits for it, and asks `keep_going` some times a second; the first false ends it. Its standard input is
// empty. Throws std::system_error when the system cannot run anything.
ChildOutcome run_child(ChildProcess const& child, std::function<bool()> const& keep_going);

}  // namespace securestack
