// Text encodings, all strict: a text that is not canonical does not decode.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace securestack {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// RFC 4648 base64url without padding. Decoding refuses padding, other alphabets and non-zero trailing bits.
std::string to_base64url(ByteView bytes);
std::optional<Bytes> from_base64url(std::string_view text);

// Lower case, and only that is read back.
std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

// RFC 3986 percent-decoding; nullopt for a bad escape, and for a NUL. '+' stays '+' unless `form`.
std::optional<std::string> percent_decode(std::string_view text, bool form = false);
std::string percent_encode(std::string_view text);  // leaves only RFC 3986 unreserved characters

bool is_utf8(std::string_view text);

// The number of Unicode code points in valid UTF-8.
std::size_t code_points(std::string_view utf8);

// Whether a person sees a line of text as it is: valid UTF-8, at least one visible character, no control
// character or line break, and nothing that turns the direction of what follows (Unicode TR 36 §2.7.1).
bool is_plain_line(std::string_view text);

// Unicode NFKC with case folding: two names that a person would read as the same have the same fold.
// nullopt when `utf8` is not valid.
std::optional<std::string> fold_case(std::string_view utf8);

// Unicode NFC, as NIST SP 800-63B asks before a password is hashed. nullopt when `utf8` is not valid.
std::optional<std::string> normalize_nfc(std::string_view utf8);

}  // namespace securestack
