// What one password hash costs. Nothing changes it at run time. It is a function in an object file of its
// own, so that a test program may define another: the linker then leaves this one in its library.
#pragma once

#include <cstddef>

namespace securestack {

struct PasswordCost {
    unsigned long long passes = 0;
    std::size_t memory_bytes = 0;
};

PasswordCost password_cost();

}  // namespace securestack
