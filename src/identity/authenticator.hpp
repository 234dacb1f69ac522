// Tells who is calling: by an access token or an API key. The common case is answered from memory: a token
// whose signature was verified before, of a session that was looked up less than a second ago; a key
// likewise.
#pragma once

#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/jwt.hpp"
#include "http/dispatcher.hpp"
#include "identity/key_ring.hpp"
#include "identity/key_uses.hpp"
#include "identity/recent_cache.hpp"
#include "identity/session_cache.hpp"
#include "identity/settings.hpp"

namespace securestack {

// A keyed digest of a token: nobody else can make a text that has the digest of another.
using TokenTag = ShortMac;
struct TokenTagHash {
    std::size_t operator()(TokenTag const& tag) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, tag.data(), sizeof value);
        return value;
    }
};

// What a token says whose signature was verified.
struct VerifiedToken {
    Id user{};
    Id session{};
    std::int64_t epoch = 0;
    Time expires_at{};
};

// Thread-safe.
class BearerAuthenticator final : public Authenticator {
  public:
    BearerAuthenticator(IdentitySettings const& settings, KeyRing& keys, SessionCache& sessions,
                        KeyUses& uses);

    std::optional<Result<Principal>> authenticate(Request const& request, Time now) override;
    Result<Principal> resolve(Tx& tx, Request const& request, Time now) override;
    Result<void> confirm(Tx& tx, Request const& request, Principal const& principal, Time now) override;

  private:
    std::optional<Result<Principal>> authenticate_token(std::string_view text, Time now);
    Result<Principal> resolve_token(Tx& tx, std::string_view text, Time now);
    std::optional<Result<Principal>> authenticate_key(Request const& request, std::string_view text,
                                                      Time now);
    Result<Principal> resolve_key(Tx& tx, Request const& request, std::string_view text, Time now);
    Result<Principal> admitted_key(Request const& request, std::string_view text, KeyState state, Time now);

    std::optional<VerifiedToken> remembered(TokenTag const& tag);
    // Verifies and remembers.
    Result<VerifiedToken> verify(std::string_view token, TokenTag const& tag, TokenKeys const& keys,
                                 Time now);
    TokenTag tag_of(std::string_view token) const;

    TokenRules const rules_;
    KeyRing& keys_;
    SessionCache& sessions_;
    KeyUses& uses_;
    std::array<std::uint8_t, short_mac_key_size> tag_key_{};
    std::mutex mutex_;
    RecentCache<TokenTag, VerifiedToken, TokenTagHash> verified_{16'384};
};

}  // namespace securestack
