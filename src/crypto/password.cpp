#include "crypto/password.hpp"

#include <array>
#include <new>

#include <sodium.h>

#include "crypto/password_cost.hpp"

namespace securestack {
namespace {

// No accepted password is longer (four bytes a code point): what is longer is not worth the work.
constexpr std::size_t longest_bytes = longest_password * 4;

// libsodium reads a fixed-size, NUL-terminated field.
using StoredHash = std::array<char, crypto_pwhash_argon2id_STRBYTES>;

bool to_stored(std::string_view phc, StoredHash& out) {
    if (phc.size() >= out.size() || phc.find('\0') != std::string_view::npos) return false;
    out.fill('\0');
    phc.copy(out.data(), phc.size());
    return true;
}

Secret prepared(Secret const& password) {
    auto normal = normalize_nfc(password.reveal());
    return normal ? Secret(std::move(*normal)) : password;
}

}  // namespace

std::string hash_password(Secret const& password) {
    auto const text = prepared(password);
    StoredHash out{};
    auto const cost = password_cost();
    if (crypto_pwhash_argon2id_str(out.data(), text.reveal().data(), text.reveal().size(), cost.passes,
                                   cost.memory_bytes) != 0)
        throw std::bad_alloc();
    return out.data();
}

bool verify_password(Secret const& password, std::string_view phc) {
    StoredHash stored;
    if (password.reveal().size() > longest_bytes || !to_stored(phc, stored)) return false;
    auto const text = prepared(password);
    return crypto_pwhash_argon2id_str_verify(stored.data(), text.reveal().data(), text.reveal().size()) == 0;
}

bool needs_rehash(std::string_view phc) {
    StoredHash stored;
    auto const cost = password_cost();
    return !to_stored(phc, stored) ||
           crypto_pwhash_argon2id_str_needs_rehash(stored.data(), cost.passes, cost.memory_bytes) != 0;
}

std::string const& dummy_password_hash() {
    static std::string const hash = hash_password(Secret(std::string(text_of(random_bytes(32)))));
    return hash;
}

}  // namespace securestack
