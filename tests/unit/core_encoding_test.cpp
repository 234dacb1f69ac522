#include <gtest/gtest.h>

#include "core/encoding.hpp"

namespace securestack {
namespace {

using namespace std::string_view_literals;

struct Pair {
    std::string_view plain;
    std::string_view encoded;
};

TEST(Base64url, FollowsTheStandardsVectors) {
    for (auto const& [plain, encoded] :
         {Pair{"", ""}, Pair{"f", "Zg"}, Pair{"fo", "Zm8"}, Pair{"foo", "Zm9v"}, Pair{"foob", "Zm9vYg"},
          Pair{"\xfb\xff\xfe", "-__-"}}) {
        EXPECT_EQ(to_base64url(bytes_of(plain)), encoded);
        auto const decoded = from_base64url(encoded);
        ASSERT_TRUE(decoded) << encoded;
        EXPECT_EQ(text_of(*decoded), plain);
    }
}

TEST(Base64url, WhatIsNotCanonicalIsRefused) {
    for (auto const text :
         {"Zg=="sv, "Zh"sv, "Zm9"sv, "Z"sv, "Zm9vY"sv, "+//-"sv, "Zm 9v"sv, "Zm9v\n"sv, "Zm\0v"sv, "Zm9v."sv})
        EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Hex, IsLowerCaseBothWays) {
    EXPECT_EQ(to_hex(bytes_of("\x00\x7f\xff"sv)), "007fff");
    EXPECT_EQ(from_hex("007fff"), (Bytes{0, 0x7f, 0xff}));
    for (auto const text : {"0"sv, "0G"sv, "FF"sv, "0x"sv, " 0"sv, "-1"sv})
        EXPECT_FALSE(from_hex(text)) << text;
}

TEST(PercentDecoding, ReadsEscapesAndRefusesBadOnes) {
    EXPECT_EQ(percent_decode("a%20b%2Fc%c3%a9+"), "a b/c\xc3\xa9+");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
    for (auto const text : {"%"sv, "%2"sv, "a%2"sv, "%zz"sv, "%00"sv, "a\0"sv, "%-1"sv})
        EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
    EXPECT_EQ(percent_encode("Az09-._~ /?\xc3\xa9"), "Az09-._~%20%2F%3F%C3%A9");
}

TEST(Utf8, ValidTextIsRecognised) {
    for (auto const text : {""sv, "plain ascii, more than eight bytes"sv, "\xc3\xa9"sv, "\xe2\x82\xac"sv,
                            "\xf0\x9f\x98\x80"sv, "\xf4\x8f\xbf\xbf"sv, "a\0b"sv, "12345678\xc3\xa9"sv})
        EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Utf8, OverlongSurrogateTruncatedAndStrayBytesAreRefused) {
    for (auto const text : {"\x80"sv, "\xc3"sv, "\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xed\xa0\x80"sv,
                            "\xf4\x90\x80\x80"sv, "\xff"sv, "12345678\xc3"sv, "\xe2\x82"sv,
                            "\xf0\x80\x80\x80"sv, "\xc3\x28"sv, "1234567\xc3(2345678"sv})
        EXPECT_FALSE(is_utf8(text));
}

TEST(CodePoints, AreCountedNotBytes) {
    EXPECT_EQ(code_points("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 4u);
}

TEST(FoldCase, NamesThatReadTheSameFoldTheSame) {
    EXPECT_EQ(fold_case("Alice@Example.ORG"), "alice@example.org");
    EXPECT_EQ(fold_case("STRASSE"), fold_case("stra\xc3\x9f"
                                              "e"));
    EXPECT_EQ(fold_case("\xef\xbc\xa1lice"), "alice");  // full-width A
    EXPECT_EQ(fold_case("ali\xe2\x80\x8b"
                        "ce"),
              "alice");                                        // zero-width space
    EXPECT_EQ(fold_case("e\xcc\x81"), fold_case("\xc3\x89"));  // combining accent
    EXPECT_FALSE(fold_case("\xff"));
}

TEST(NormalizeNfc, ComposesAndKeepsCase) {
    EXPECT_EQ(normalize_nfc("E\xcc\x81t\xc3\xa9"), "\xc3\x89t\xc3\xa9");
    EXPECT_EQ(normalize_nfc("Plain"), "Plain");
    EXPECT_FALSE(normalize_nfc("\xc3"));
}

TEST(PlainLine, IsSeenAsItIs) {
    for (auto const* line : {"db-1", "Zürich – Büro 3", "サーバー", "👩‍💻 laptop", "a  b"}) {
        EXPECT_TRUE(is_plain_line(line)) << line;
    }
    for (auto const* line : {"", " ", "a\nb", "a\u0085b", "a\u2028b", "\u202Eevil", "a\u2066b", "\u00A0",
                             "\u200B", "\u2800\u2800", "\u3164", "\xC3"}) {
        EXPECT_FALSE(is_plain_line(line)) << line;
    }
}

}  // namespace
}  // namespace securestack
