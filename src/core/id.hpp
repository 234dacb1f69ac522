// Identifiers are UUID version 7 (RFC 9562): they sort by the time they were made.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace securestack {

struct Id {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(Id const&) const = default;
    bool is_nil() const { return *this == Id{}; }

    // 36 characters, lower case.
    std::string to_string() const;
    void append_to(std::string& out) const;

    // Accepts the 36-character form in either case; nullopt for anything else.
    static std::optional<Id> parse(std::string_view text);
};

// The text with "{id}" for every id in it: for logs, where an id may be a secret.
std::string without_ids(std::string_view text);

// No id that was made at `time` or later is less; those that were made in an earlier millisecond all are.
Id first_id_at(Time time);

// Makes ids that are unique and, within one source, strictly increasing. Thread-safe.
class IdSource {
  public:
    Id make(Time now);

  private:
    using Randomness = std::array<std::uint8_t, 10>;
    Randomness draw();

    std::mutex mutex_;
    std::array<std::uint8_t, 640> drawn_{};  // for many ids: a system call costs more than an id
    std::size_t used_ = sizeof drawn_;
    std::uint64_t last_millis_ = 0;
    std::uint64_t counter_ = 0;
};

}  // namespace securestack

template <>
struct std::hash<securestack::Id> {
    std::size_t operator()(securestack::Id const& id) const noexcept;
};
