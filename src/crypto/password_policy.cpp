#include <algorithm>

#include "crypto/password.hpp"
#include "crypto/predictability.hpp"

namespace securestack {
namespace {

// A shorter name turns up inside too many words to be refused wherever it stands.
constexpr std::size_t shortest_refused_name = 4;

std::string_view local_part(std::string_view username) {
    return username.substr(0, username.rfind('@'));
}

bool contains(std::string_view text, std::string_view name) {
    return name.size() >= shortest_refused_name && text.find(name) != std::string_view::npos;
}

}  // namespace

std::vector<FieldError> check_password(Secret const& password, std::string_view username, int minimum,
                                       std::string_view pointer) {
    std::vector<FieldError> errors;
    auto const refuse = [&](std::string code, std::string detail) {
        errors.push_back({std::string(pointer), std::move(code), std::move(detail)});
    };
    auto normal = normalize_nfc(password.reveal());
    if (!normal || normal->find('\0') != std::string::npos) {
        refuse("encoding", "must be Unicode text without NUL characters");
        return errors;
    }
    Secret const text(std::move(*normal));
    auto const length = code_points(text.reveal());
    if (length > static_cast<std::size_t>(longest_password)) {
        refuse("too_long", "must have at most " + std::to_string(longest_password) + " characters");
        return errors;
    }
    if (length < static_cast<std::size_t>(std::max(minimum, 1)))
        refuse("too_short", "must have at least " + std::to_string(minimum) + " characters");

    Secret const folded(fold_case(text.reveal()).value_or(""));
    auto const name = fold_case(username).value_or("");
    if (contains(folded.reveal(), name) || contains(folded.reveal(), local_part(name)))
        refuse("contains_username", "must not contain the username");
    else if (detail::guess_bits(folded.reveal(), {name, local_part(name)}) < detail::common_below_bits)
        refuse("common", "is too easy to guess: use several unrelated words, or a password manager");
    return errors;
}

}  // namespace securestack
