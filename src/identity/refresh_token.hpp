// Refresh tokens: "ssr_" and 256 bits. A token's successor is computed from it with a key that only this
// installation has, so that a client whose answer was lost can be given the same one again although only
// digests are stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "crypto/master_key.hpp"

namespace securestack {

class RefreshTokens {
  public:
    explicit RefreshTokens(MasterKey const& master);

    std::string make() const;
    std::string successor_of(std::string_view token) const;

    // What is stored of a token; nullopt for a text that is none.
    static std::optional<Bytes> digest(std::string_view token);

  private:
    Secret key_;
};

}  // namespace securestack
