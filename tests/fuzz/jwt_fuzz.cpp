// Tokens as an attacker would send them: as they are, and as parts that are correctly encoded and signed, so
// that the fuzzer reaches what stands behind the encoding and the signature.
#include <cstdint>
#include <cstdlib>

#include <sodium.h>

#include "crypto/flat_json.hpp"
#include "crypto/jwt.hpp"

using namespace securestack;

namespace {

SigningKey const key = signing_key_from_seed(Secret(std::string(32, 'k'))).value();
TokenRules const rules{.typ = "at+jwt", .iss = "iss", .aud = "aud"};
Time const now = from_micros(1'795'314'300'000'000);

// A correctly signed token with any header and payload. An empty header means a good one.
std::string sign(std::string_view header, std::string_view payload) {
    auto const good = R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + key.public_key.kid + R"("})";
    auto const token =
        to_base64url(bytes_of(header.empty() ? good : header)) + "." + to_base64url(bytes_of(payload));
    auto const secret = key.seed.reveal() + std::string(text_of(key.public_key.bytes));
    std::array<std::uint8_t, crypto_sign_BYTES> signature;
    crypto_sign_detached(signature.data(), nullptr, bytes_of(token).data(), token.size(),
                         bytes_of(secret).data());
    return token + "." + to_base64url(signature);
}

// Accepting what cannot be right is as bad as a crash.
void check(std::string_view token) {
    auto const claims = verify_jwt(token, std::span(&key.public_key, 1), rules, now);
    if (claims &&
        (claims->iss != rules.iss || claims->aud != rules.aud || claims->exp + longest_leeway < now))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const input{data, size};
    auto const text = text_of(input);
    check(text);
    detail::parse_flat_object(input);

    auto const cut = text.find('\n');
    check(sign(text.substr(0, cut), cut == std::string_view::npos ? "" : text.substr(cut + 1)));
    return 0;
}
