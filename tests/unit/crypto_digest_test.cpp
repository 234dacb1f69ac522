#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace securestack {
namespace {

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

TEST(Sha256, FollowsTheStandardsVectors) {
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, FollowsRfc4231) {
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// The authors' own vector of 15 bytes (vectors.h, 128 bits).
TEST(SipHashMac, IsTheLongOne) {
    auto const key = hex("000102030405060708090a0b0c0d0e0f");
    auto const text = hex("000102030405060708090a0b0c0d0e");
    EXPECT_EQ(to_hex(siphash_mac(key, text)), "5493e99933b0a8117e08ec0f97cfc3d9");
}

TEST(SipHashMac, RefusesAKeyOfAnotherSize) {
    EXPECT_THROW(siphash_mac({}, bytes_of("abc")), std::length_error);
    EXPECT_THROW(siphash_mac(Bytes(17), bytes_of("abc")), std::length_error);
}

TEST(HkdfSha256, FollowsRfc5869) {
    EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), hex("000102030405060708090a0b0c"),
                                 "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", 42)),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), {}, "", 42)),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(HkdfSha256, RefusesMoreThanItCanGive) {
    EXPECT_EQ(hkdf_sha256(Bytes(32), {}, "", 8160).size(), 8160u);
    EXPECT_THROW(hkdf_sha256(Bytes(32), {}, "", 8161), std::length_error);
}

}  // namespace
}  // namespace securestack
