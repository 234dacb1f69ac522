// The most memory that this process has had in RAM, as Linux counts it.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace securestack::test {

// Sanitizers keep what was freed, and much beside it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SECURESTACK_MEMORY_CAN_BE_MEASURED 0
#else
#define SECURESTACK_MEMORY_CAN_BE_MEASURED 1
#endif

// Begins anew with what it has now.
inline void forget_peak_memory() {
    std::ofstream{"/proc/self/clear_refs"} << '5';
}

inline std::size_t peak_memory_bytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
    }
    return 0;
}

}  // namespace securestack::test
