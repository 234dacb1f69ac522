// What an installation may decide about its users and sessions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace securestack {

enum class RegistrationPolicy : std::uint8_t { open, invite, closed };

// "10/min": at most `count` attempts at once, refilled evenly over `period`.
struct Rate {
    std::int64_t count = 10;
    std::chrono::seconds period{60};

    // Accepts N/s, N/min, N/h and N/d with N from 1 to 1,000,000; nullopt for anything else.
    static std::optional<Rate> parse(std::string_view text);
    bool operator==(Rate const&) const = default;
};

// What `access_lifetime` may be.
inline constexpr std::chrono::seconds shortest_access_lifetime{10};
inline constexpr std::chrono::seconds longest_access_lifetime{3600};

struct IdentitySettings {
    RegistrationPolicy registration = RegistrationPolicy::open;
    // Per address, and per account. Without a value neither is limited; the delays that grow with the
    // failures of one account stay.
    std::optional<Rate> login_rate = Rate{};
    int shortest_password = 12;
    std::chrono::seconds access_lifetime{300};
    std::chrono::seconds session_lifetime{30 * 24 * 3600};
    // When they are over. An hour at least, so that a client which logs out twice is not told of an unknown
    // token the second time.
    std::chrono::seconds sessions_kept{3600};
    // Who signs the access tokens, and whom they are for.
    std::string issuer = "securestack";
    std::string audience = "securestack";
};

}  // namespace securestack
