#include <gtest/gtest.h>

#include "core/ascii.hpp"

namespace securestack {
namespace {

using namespace std::string_view_literals;

TEST(Ascii, FoldsTheCaseOfAsciiLettersOnly) {
    EXPECT_TRUE(ascii::equal_ignoring_case("Content-Type", "content-tYPE"));
    EXPECT_FALSE(ascii::equal_ignoring_case("@", "`"));
    EXPECT_FALSE(ascii::equal_ignoring_case("\xc3\x89"sv, "\xc3\xa9"sv));
    EXPECT_FALSE(ascii::equal_ignoring_case("ab", "abc"));
    EXPECT_EQ(ascii::lower("MiXed-09\xc9"), "mixed-09\xc9");
}

TEST(Ascii, TrimsSpacesAndTabsAndNothingElse) {
    EXPECT_EQ(ascii::trim(" \t a b\t "), "a b");
    EXPECT_EQ(ascii::trim(" \t"), "");
    EXPECT_EQ(ascii::trim("\r\na\n"), "\r\na\n");
}

TEST(Ascii, ReadsAHexadecimalDigitInEitherCase) {
    EXPECT_EQ(ascii::hex_digit('0'), 0);
    EXPECT_EQ(ascii::hex_digit('f'), 15);
    EXPECT_EQ(ascii::hex_digit('A'), 10);
    EXPECT_EQ(ascii::hex_digit('g'), -1);
    EXPECT_EQ(ascii::hex_digit('\xe1'), -1);
}

TEST(Ascii, ATokenHasNoBlankSeparatorOrHighByte) {
    EXPECT_TRUE(ascii::is_token("X-Api_Key.1~"));
    for (auto const text : {""sv, "a b"sv, "a:b"sv, "a\0"sv, "\xe9"sv, "(a)"sv})
        EXPECT_FALSE(ascii::is_token(text)) << text;
}

}  // namespace
}  // namespace securestack
