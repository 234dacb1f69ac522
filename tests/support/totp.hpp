// The other side of a second factor: what an authenticator app shows.
#pragma once

#include <array>
#include <cstdlib>
#include <liboath/oath.h>
#include <stdexcept>
#include <string>

#include "core/time.hpp"

namespace securestack::test {

inline std::string totp_code(std::string const& base32, Time now) {
    char* secret = nullptr;
    std::size_t size = 0;
    if (oath_base32_decode(base32.data(), base32.size(), &secret, &size) != OATH_OK)
        throw std::runtime_error("not base32: " + base32);
    std::array<char, 7> code{};
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    auto const made = oath_totp_generate(secret, size, seconds, 30, 0, 6, code.data());
    std::free(secret);
    if (made != OATH_OK) throw std::runtime_error(oath_strerror(made));
    return code.data();
}

}  // namespace securestack::test
