#include <gtest/gtest.h>

#include "crypto/password.hpp"

namespace securestack {
namespace {

Secret secret(std::string_view text) {
    return Secret(std::string(text));
}

// The code of the first objection to `password`, or "".
std::string objection(std::string_view password, std::string_view username = "alice@example.org",
                      int minimum = 12) {
    auto const errors = check_password(secret(password), username, minimum);
    return errors.empty() ? "" : errors.front().code;
}

TEST(PasswordHash, IsArgon2idWithTheStatedParameters) {
    EXPECT_TRUE(hash_password(secret("tangerine velocity")).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(PasswordHash, VerifiesThePasswordAndNoOther) {
    auto const phc = hash_password(secret("tangerine velocity"));
    EXPECT_TRUE(verify_password(secret("tangerine velocity"), phc));
    EXPECT_FALSE(verify_password(secret("tangerine velocitY"), phc));
    EXPECT_FALSE(verify_password(secret(""), phc));
    EXPECT_FALSE(verify_password(secret(std::string(10'000, 'a')), phc));
}

TEST(PasswordHash, IsTheSameForBothUnicodeFormsOfOneText) {
    auto const phc = hash_password(secret("caf\xc3\xa9 au lait vert"));
    EXPECT_TRUE(verify_password(secret("cafe\xcc\x81 au lait vert"), phc));
}

TEST(PasswordHash, OfAnotherFormIsNeverVerified) {
    for (auto const* phc :
         {"", "x", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA"})
        EXPECT_FALSE(verify_password(secret("x"), phc)) << phc;
    EXPECT_FALSE(verify_password(secret("x"), std::string(500, '$')));
}

TEST(PasswordHash, IsRenewedWhenItsParametersAreNotTodays) {
    EXPECT_FALSE(needs_rehash(hash_password(secret("x"))));
    EXPECT_TRUE(
        needs_rehash("$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$"
                     "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g"));
    EXPECT_TRUE(needs_rehash("md5"));
}

TEST(PasswordHash, TheDummyHasTodaysParametersAndOpensToNothing) {
    EXPECT_FALSE(needs_rehash(dummy_password_hash()));
    EXPECT_FALSE(verify_password(secret(""), dummy_password_hash()));
    EXPECT_EQ(&dummy_password_hash(), &dummy_password_hash());
}

TEST(PasswordPolicy, CountsCodePointsNotBytes) {
    EXPECT_EQ(objection("zk7 wq9 vmx"), "too_short");                                       // 11
    EXPECT_EQ(objection("zk7 wq9 vmxp"), "");                                               // 12
    EXPECT_EQ(objection("\xc3\xa9\xc3\xa0\xc3\xb9\xc3\xae\xc3\xb4\xc3\xa7"), "too_short");  // 6 in 12 bytes
    EXPECT_EQ(objection("zk7 wq9 vmxp", "alice", 15), "too_short");
    EXPECT_EQ(objection("zk7 wq9", "alice", 6), "");
}

TEST(PasswordPolicy, TakesUpTo1024CharactersOfAnyKind) {
    std::string varied;
    while (varied.size() < 1020) varied += "zq4 vx9 ";
    varied += "wmpr";
    ASSERT_EQ(varied.size(), 1028u);
    EXPECT_EQ(objection(varied), "too_long");
    EXPECT_EQ(objection(varied.substr(4)), "");
    std::string accents = "zq4 vx9 ";
    while (code_points(accents) < 1024) accents += "\xc3\xa9";
    EXPECT_EQ(objection(accents), "");
}

TEST(PasswordPolicy, NamesTheMemberThatIsWrong) {
    auto const errors = check_password(secret("short"), "alice", 12, "/new_password");
    ASSERT_FALSE(errors.empty());
    EXPECT_EQ(errors.front().pointer, "/new_password");
    EXPECT_EQ(errors.front().detail, "must have at least 12 characters");
}

struct Verdict {
    std::string_view password;
    std::string_view code;  // "" when it is accepted
};

class PasswordTable : public ::testing::TestWithParam<Verdict> {};

TEST_P(PasswordTable, HasItsVerdict) {
    EXPECT_EQ(objection(GetParam().password), GetParam().code) << GetParam().password;
}

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(
    Policy, PasswordTable,
    ::testing::Values(
        // Common words with their usual ornaments.
        Verdict{"password1234", "common"}, Verdict{"Password2024!", "common"},
        Verdict{"P@ssw0rd!!!!", "common"}, Verdict{"passwordpassword", "common"},
        Verdict{"PASSWORD-2026", "common"}, Verdict{"motdepasse123", "common"},
        Verdict{"Welcome2026!", "common"}, Verdict{"Summer2025!!", "common"},
        Verdict{"letmein12345", "common"}, Verdict{"iloveyou1234", "common"},
        Verdict{"admin123456!", "common"}, Verdict{"Administrator1", "common"},
        Verdict{"dragonmonkey1", "common"}, Verdict{"superman2000", "common"},
        Verdict{"M0nk3y123456", "common"}, Verdict{"changeme2026", "common"},
        Verdict{"football!1999", "common"}, Verdict{"S3cur3St4ck!", "common"},
        Verdict{"securestack1", "common"}, Verdict{"SentiMail2026", "common"},
        Verdict{"correcthorsebatterystaple", "common"}, Verdict{"bonjour123456", "common"},
        Verdict{"drowssap1234", "common"},
        // Runs and repetitions.
        Verdict{"123456789012", "common"}, Verdict{"098765432109", "common"},
        Verdict{"qwertyuiop12", "common"}, Verdict{"qwertyuiop[]", "common"},
        Verdict{"azertyuiop12", "common"}, Verdict{"1qaz2wsx3edc", "common"},
        Verdict{"abcdefghijkl", "common"}, Verdict{"aaaaaaaaaaaa", "common"},
        Verdict{"abcabcabcabc", "common"}, Verdict{"121212121212", "common"},
        Verdict{"zaq12wsxzaq12wsx", "common"}, Verdict{"            ", "common"},
        Verdict{"!@#$%^&*()12", "common"}, Verdict{"asdfghjkl123", "common"},
        Verdict{"111111222222", "common"},
        // The username, whatever surrounds it.
        Verdict{"alice@example.org", "contains_username"}, Verdict{"ALICE@EXAMPLE.ORG!", "contains_username"},
        Verdict{"my name is Alice 77", "contains_username"},
        Verdict{"xx-\xef\xbc\xa1lice-xx-99", "contains_username"},
        // Length and encoding.
        Verdict{"", "too_short"}, Verdict{"Tr0ub4dor&3", "too_short"},
        Verdict{"long enough\0 but"sv, "encoding"}, Verdict{"not unicode \xff\xfe", "encoding"},
        Verdict{"surrogate \xed\xa0\x80 half", "encoding"},
        // What a person or a generator may well choose.
        Verdict{"tangerine velocity", ""}, Verdict{"four unrelated nouns walk", ""},
        Verdict{"zk7wq9vmxpth", ""}, Verdict{"Xq3-f8Lp-2vRt", ""}, Verdict{"la pluie tombe sur Quimper", ""},
        Verdict{"814263907558", ""},
        Verdict{"\xd0\xb2\xd0\xb5\xd1\x81\xd0\xbd\xd0\xb0 \xd0\xbf\xd1\x80\xd0\xb8\xd1\x88\xd0\xbb\xd0\xb0",
                ""},
        Verdict{
            "\xf0\x9f\xa6\x8a\xf0\x9f\x8c\xb5\xf0\x9f\x9a\xb2\xf0\x9f\xa5\x9d\xf0\x9f\x8e\xbb\xf0\x9f\xa7\xad"
            "\xf0\x9f\xaa\x81\xf0\x9f\xa7\xb6\xf0\x9f\xab\x96\xf0\x9f\xa6\x89\xf0\x9f\xa5\x95\xf0\x9f\xaa"
            "\x90",
            ""},
        Verdict{"dragon lantern quorum vise", ""}, Verdict{"e7d5c1a09b3f", ""}));

}  // namespace
}  // namespace securestack
