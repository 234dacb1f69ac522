#include "crypto/password_cost.hpp"

namespace securestack {

// One of OWASP's choices for Argon2id.
PasswordCost password_cost() {
    return {.passes = 2, .memory_bytes = std::size_t{19456} * 1024};
}

}  // namespace securestack
