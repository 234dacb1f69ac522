// A value that must not be seen: it cannot be printed, logged or compared in variable time, and its memory is
// cleared when it goes.
#pragma once

#include <string>
#include <string_view>

#include "core/encoding.hpp"

namespace securestack {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) noexcept;
    Secret(Secret const&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret const&);
    Secret& operator=(Secret&&) noexcept;
    ~Secret();

    // The only way to the value, so that each use can be found.
    std::string const& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

  private:
    std::string value_;
};

// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Clears memory in a way that the optimiser does not remove.
void wipe(void* data, std::size_t size);

// Cryptographically secure random bytes.
Bytes random_bytes(std::size_t count);
void fill_random(std::span<std::uint8_t> out);

}  // namespace securestack
