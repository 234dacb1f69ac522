// How soon a guesser who knows what people choose would come to a password. Private to crypto.
#pragma once

#include <string_view>
#include <vector>

namespace securestack::detail {

// The base-2 logarithm of the guesses for the cheapest way to put `folded` (see fold_case) together from
// listed words, `known` words (names that the guesser has), runs on a keyboard or in an alphabet,
// repetitions, years, and single characters. Exact for the first 128 bytes, which decide.
double guess_bits(std::string_view folded, std::vector<std::string_view> const& known);

// Below this a password is "common". Two words of the list or a listed word with the usual ornaments stay
// below; three words, or eight letters that are no word beside a listed one, do not.
inline constexpr double common_below_bits = 28;

}  // namespace securestack::detail
