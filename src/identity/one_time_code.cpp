#include "identity/one_time_code.hpp"

#include "core/secret.hpp"
#include "crypto/digest.hpp"

namespace securestack {

std::string make_code() {
    return to_base64url(random_bytes(32));
}

Bytes code_digest(std::string_view code) {
    auto const sum = sha256(code);
    return {sum.begin(), sum.end()};
}

}  // namespace securestack
