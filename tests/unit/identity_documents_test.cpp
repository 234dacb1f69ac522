// What may be a username, and what a refresh token looks like.
#include <algorithm>

#include <gtest/gtest.h>

#include "identity/documents.hpp"
#include "identity/refresh_token.hpp"
#include "resource/document.hpp"

namespace securestack {
namespace {

Result<Registration> registration(std::string const& username) {
    boost::json::value const document{{"username", username}, {"password", "a long enough password"}};
    return decode<Registration>(document);
}

TEST(Username, MayBeANameOrAnAddress) {
    for (std::string const name : {"bob", "bob@example.org", "Bob Martin", "ünïcode", "名前です",
                                   "o'neil-3_x.y", "e\xCC\x81ric", "a+b@example.org"}) {
        EXPECT_TRUE(registration(name)) << name;
    }
    EXPECT_TRUE(registration(std::string(254, 'a')));
}

TEST(Username, HoldsNothingThatCannotBeSeen) {
    for (std::string const name :
         {"", "ab", " bob", "bob ", "bob  martin", "bob\tm", "bob\nm", "bob\x7Fm",
          "bo\xE2\x80\x8B"
          "bby",
          "bob\xE2\x80\xAE"
          "nimda",
          "bob\xC2\xA0martin", "bob\xEF\xBB\xBF", "bob\xE2\x80\xA8x",
          "\xCC\x81"
          "bob",
          "bob \xCC\x81x", "\u3164\u3164\u3164", "\u2800\u2800\u2800", "a\u034Fbob", "x\u3164y"}) {
        EXPECT_FALSE(registration(name)) << name;
    }
    EXPECT_FALSE(registration(std::string(255, 'a')));
}

TEST(Documents, AreRefusedWithMembersThatTheyDoNotHave) {
    boost::json::value const document{
        {"username", "mallory"}, {"password", "a long enough password"}, {"role", "admin"}, {"id", "x"}};

    auto const decoded = decode<Registration>(document);

    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().errors.size(), 2U);
}

TEST(Documents, NeverAnswerAPassword) {
    UserDraft draft;
    draft.username = "bob";
    draft.password = Secret{"canary"};

    EXPECT_EQ(to_json(draft).find("canary"), std::string::npos);
}

class RefreshTokenTest : public ::testing::Test {
  protected:
    static MasterKey master(char fill) { return MasterKey{Secret{std::string(MasterKey::size, fill)}}; }
    RefreshTokens tokens{master('a')};
};

TEST_F(RefreshTokenTest, HasOneSuccessorThatOnlyThisInstallationCanTell) {
    auto const token = tokens.make();

    EXPECT_EQ(tokens.successor_of(token), RefreshTokens{master('a')}.successor_of(token));
    EXPECT_NE(tokens.successor_of(token), RefreshTokens{master('b')}.successor_of(token));
    EXPECT_NE(tokens.successor_of(token), token);
    EXPECT_NE(tokens.make(), tokens.make());
}

TEST_F(RefreshTokenTest, IsReadStrictly) {
    auto const token = tokens.make();

    EXPECT_TRUE(RefreshTokens::digest(token));
    EXPECT_TRUE(RefreshTokens::digest(tokens.successor_of(token)));
    for (auto const& text : {std::string{}, token.substr(4), token + "A", token + "=", token.substr(0, 46),
                             "SSR_" + token.substr(4), " " + token, "ssr_" + std::string(43, '!')}) {
        EXPECT_FALSE(RefreshTokens::digest(text)) << text;
    }
}

}  // namespace
}  // namespace securestack
