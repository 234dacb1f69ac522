// Passwords: how they are kept (Argon2id, RFC 9106, with OWASP's parameters) and which ones may be chosen
// (NIST SP 800-63B-4, 3.1.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/secret.hpp"

namespace securestack {

// m=19456 KiB, t=2, p=1, as a PHC string with a new salt. Takes about 20 ms of one core and 19 MiB: call it
// on the `cpu` pool. The password is hashed in NFC, so that two keyboards that type one text make one hash.
std::string hash_password(Secret const& password);

// False for another password, and for a `phc` that is not an Argon2id string. As slow as hash_password.
bool verify_password(Secret const& password, std::string_view phc);

// True when `phc` was made with other parameters than hash_password's: make it anew at the next good login.
bool needs_rehash(std::string_view phc);

// A hash that no password matches, made with the same parameters: verified against for an unknown user, it
// makes the answer take as long as for a known one.
std::string const& dummy_password_hash();

inline constexpr int longest_password = 1024;  // code points

// What is wrong with `password` as a new password for `username`; empty when nothing is. `minimum` counts
// code points. Codes: too_short, too_long, encoding, contains_username, common. No rule asks for kinds of
// characters.
std::vector<FieldError> check_password(Secret const& password, std::string_view username, int minimum,
                                       std::string_view pointer = "/password");

}  // namespace securestack
