#include "identity/key_text.hpp"

#include <algorithm>

#include <boost/crc.hpp>

namespace securestack {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t id_size = 36;
constexpr std::size_t secret_size = 43;
constexpr std::size_t checksum_size = 6;
constexpr std::size_t key_size = key_prefix.size() + id_size + 1 + secret_size + 1 + checksum_size;

// Each digit as likely as any other: bytes beyond the last multiple of 62 are thrown away.
std::string random_digits(std::size_t count) {
    constexpr std::size_t fair = 256 / digits.size() * digits.size();
    std::string text;
    text.reserve(count);
    while (text.size() < count) {
        for (auto const byte : random_bytes(count)) {
            if (byte < fair && text.size() < count) text += digits[byte % digits.size()];
        }
    }
    return text;
}

std::string checksum(std::string_view text) {
    boost::crc_32_type sum;
    sum.process_bytes(text.data(), text.size());
    std::string written(checksum_size, digits.front());
    auto rest = static_cast<std::size_t>(sum.checksum());
    for (auto at = written.rbegin(); rest > 0; ++at, rest /= digits.size())
        *at = digits[rest % digits.size()];
    return written;
}

}  // namespace

Secret make_key_text(Id id) {
    auto text = std::string{key_prefix} + id.to_string() + "_" + random_digits(secret_size);
    text += "_" + checksum(text);
    return Secret{std::move(text)};
}

std::optional<Id> id_in_key(std::string_view text) {
    if (text.size() != key_size || !text.starts_with(key_prefix)) return std::nullopt;
    auto const body = text.substr(0, key_size - checksum_size - 1);
    auto const is_digit = [](char c) { return digits.find(c) != std::string_view::npos; };
    bool const well_formed = text[key_prefix.size() + id_size] == '_' && text[body.size()] == '_' &&
                             std::ranges::all_of(body.substr(body.size() - secret_size), is_digit);
    if (!well_formed || checksum(body) != text.substr(body.size() + 1)) return std::nullopt;
    auto const written = text.substr(key_prefix.size(), id_size);
    auto const id = Id::parse(written);
    if (!id || id->to_string() != written) return std::nullopt;
    return id;
}

}  // namespace securestack
