#include "identity/refresh_token.hpp"

#include "crypto/digest.hpp"

namespace securestack {
namespace {

constexpr std::string_view prefix = "ssr_";
constexpr std::size_t token_bytes = 32;

}  // namespace

RefreshTokens::RefreshTokens(MasterKey const& master)
    : key_(std::string{text_of(master.derive("refresh_token"))}) {}

std::string RefreshTokens::make() const {
    return std::string{prefix} + to_base64url(random_bytes(token_bytes));
}

std::string RefreshTokens::successor_of(std::string_view token) const {
    return std::string{prefix} + to_base64url(hmac_sha256(bytes_of(key_.reveal()), bytes_of(token)));
}

std::optional<Bytes> RefreshTokens::digest(std::string_view token) {
    if (!token.starts_with(prefix)) return std::nullopt;
    auto const value = from_base64url(token.substr(prefix.size()));
    if (!value || value->size() != token_bytes) return std::nullopt;
    auto const sum = sha256(token);
    return Bytes{sum.begin(), sum.end()};
}

}  // namespace securestack
