#include "crypto/jwt.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include <sodium.h>

#include "crypto/flat_json.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view algorithm = "EdDSA";

// 9999-12-31T23:59:59Z; a time beyond it is absurd, and adding a leeway to it must not overflow.
constexpr std::int64_t latest_second = 253'402'300'799;

Problem not_valid() {
    return {ErrorCode::invalid_token, "The token is not valid: log in again."};
}
Problem expired() {
    return {ErrorCode::invalid_token, "The token has expired: refresh it, or log in again."};
}

// Our own texts (issuer, audience, typ) are settings: they may hold what JSON must escape.
void append_json_text(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.push_back('"');
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += "\\u00";
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    out.push_back('"');
}

std::string header_json(std::string_view typ, std::string_view kid) {
    std::string out = R"({"alg":"EdDSA","typ":)";
    append_json_text(out, typ);
    out += R"(,"kid":)";
    append_json_text(out, kid);
    return out + "}";
}

std::string payload_json(Claims const& claims) {
    std::string out = R"({"iss":)";
    append_json_text(out, claims.iss);
    out += R"(,"aud":)";
    append_json_text(out, claims.aud);
    out += R"(,"sub":")" + claims.sub.to_string();
    out += R"(","sid":")" + claims.sid.to_string();
    out += R"(","epoch":)" + std::to_string(claims.epoch);
    out += R"(,"iat":)" + std::to_string(claims.iat.time_since_epoch().count());
    out += R"(,"nbf":)" + std::to_string(claims.nbf.time_since_epoch().count());
    out += R"(,"exp":)" + std::to_string(claims.exp.time_since_epoch().count());
    out += R"(,"jti":")" + claims.jti.to_string();
    return out + "\"}";
}

struct Segments {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;
};

std::optional<Segments> split(std::string_view token) {
    auto const first = token.find('.');
    if (token.size() > longest_jwt || first == std::string_view::npos) return std::nullopt;
    auto const second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return Segments{token.substr(0, first), token.substr(first + 1, second - first - 1),
                    token.substr(second + 1), token.substr(0, second)};  // a further dot is no base64url
}

std::optional<detail::FlatObject> read_object(std::string_view segment) {
    auto const json = from_base64url(segment);
    if (!json) return std::nullopt;
    return detail::parse_flat_object(*json);
}

bool has_text(detail::FlatObject const& object, std::string_view name, std::string_view wanted) {
    auto const* text = detail::find<std::string>(object, name);
    return text != nullptr && *text == wanted;
}

// The key that the header names, when the header is one of ours to the letter.
PublicKey const* chosen_key(std::string_view segment, std::string_view typ, std::span<PublicKey const> keys) {
    auto const header = read_object(segment);
    if (!header || header->size() != 3) return nullptr;
    if (!has_text(*header, "alg", algorithm) || !has_text(*header, "typ", typ)) return nullptr;
    auto const key = std::ranges::find_if(
        keys, [&](PublicKey const& candidate) { return has_text(*header, "kid", candidate.kid); });
    return key == keys.end() ? nullptr : &*key;
}

bool is_signed_by(PublicKey const& key, Segments const& token) {
    auto const signature = from_base64url(token.signature);
    auto const text = bytes_of(token.signed_text);
    return signature && signature->size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(signature->data(), text.data(), text.size(), key.bytes.data()) == 0;
}

std::optional<Id> id_claim(detail::FlatObject const& object, std::string_view name) {
    auto const* text = detail::find<std::string>(object, name);
    return text == nullptr ? std::nullopt : Id::parse(*text);
}

std::optional<sys_seconds> time_claim(detail::FlatObject const& object, std::string_view name) {
    auto const* number = detail::find<std::int64_t>(object, name);
    if (number == nullptr || *number < 0 || *number > latest_second) return std::nullopt;
    return sys_seconds{seconds{*number}};
}

std::optional<Claims> read_claims(std::string_view segment) {
    auto const object = read_object(segment);
    if (!object) return std::nullopt;
    auto const* iss = detail::find<std::string>(*object, "iss");
    auto const* aud = detail::find<std::string>(*object, "aud");
    auto const* epoch = detail::find<std::int64_t>(*object, "epoch");
    auto const sub = id_claim(*object, "sub");
    auto const sid = id_claim(*object, "sid");
    auto const jti = id_claim(*object, "jti");
    auto const iat = time_claim(*object, "iat");
    auto const nbf = time_claim(*object, "nbf");
    auto const exp = time_claim(*object, "exp");
    if (iss == nullptr || aud == nullptr || epoch == nullptr || !sub || !sid || !jti || !iat || !nbf || !exp)
        return std::nullopt;
    return Claims{*iss, *aud, *sub, *sid, *epoch, *iat, *nbf, *exp, *jti};
}

}  // namespace

std::string sign_jwt(SigningKey const& key, std::string_view typ, Claims const& claims) {
    auto token = to_base64url(bytes_of(header_json(typ, key.public_key.kid)));
    token += "." + to_base64url(bytes_of(payload_json(claims)));

    // libsodium's secret key is the seed followed by the public key.
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret;
    auto const seed = bytes_of(key.seed.reveal());
    if (seed.size() != crypto_sign_SEEDBYTES) throw std::invalid_argument("an Ed25519 seed has 32 bytes");
    std::ranges::copy(key.public_key.bytes, std::ranges::copy(seed, secret.begin()).out);
    std::array<std::uint8_t, crypto_sign_BYTES> signature;
    auto const text = bytes_of(token);
    crypto_sign_detached(signature.data(), nullptr, text.data(), text.size(), secret.data());
    wipe(secret.data(), secret.size());
    return token + "." + to_base64url(signature);
}

Result<Claims> verify_jwt(std::string_view token, std::span<PublicKey const> keys, TokenRules const& rules,
                          Time now) {
    auto const segments = split(token);
    if (!segments) return not_valid();
    auto const* key = chosen_key(segments->header, rules.typ, keys);
    if (key == nullptr || !is_signed_by(*key, *segments)) return not_valid();

    auto const claims = read_claims(segments->payload);
    if (!claims || claims->iss != rules.iss || claims->aud != rules.aud) return not_valid();
    auto const leeway = std::clamp(rules.leeway, seconds{0}, longest_leeway);
    bool const absurd = claims->exp <= claims->iat || claims->exp - claims->iat > rules.longest_life + leeway;
    if (absurd || claims->iat > now + leeway || claims->nbf > now + leeway) return not_valid();
    if (now >= claims->exp + leeway) return expired();
    return *claims;
}

}  // namespace securestack
