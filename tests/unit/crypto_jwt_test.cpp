#include <array>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "crypto/jwt.hpp"

namespace securestack {
namespace {

using namespace std::chrono;

constexpr sys_seconds made = sys_days{2026y / November / 22} + 2h;

SigningKey key_of(char fill) {
    return signing_key_from_seed(Secret(std::string(32, fill))).value();
}

class Jwt : public ::testing::Test {
  protected:
    Result<Claims> verify(std::string_view token, Time now = made + 1min) const {
        return verify_jwt(token, keys_, rules_, now);
    }
    // A token with any header and payload, correctly signed.
    std::string signed_token(std::string_view header, std::string_view payload) const {
        return sign(to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload)));
    }
    // Signed by OpenSSL, so that what our own code would never sign is tried, and two implementations agree.
    std::string sign(std::string const& text) const {
        auto const seed = bytes_of(key_.seed.reveal());
        auto* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
        auto* context = EVP_MD_CTX_new();
        std::array<std::uint8_t, 64> signature;
        std::size_t size = signature.size();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
        EVP_DigestSign(context, signature.data(), &size, bytes_of(text).data(), text.size());
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(key);
        return text + "." + to_base64url(signature);
    }
    std::string header(std::string_view more = "") const {
        return R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + key_.public_key.kid + "\"" + std::string(more) +
               "}";
    }
    // The payload of a good token with `name` replaced by the JSON text `value`, or without it when that is
    // empty.
    std::string payload(std::string_view name = "", std::string_view value = "") const {
        boost::json::object out{{"iss", "https://ss"},
                                {"aud", "api"},
                                {"sub", claims_.sub.to_string()},
                                {"sid", claims_.sid.to_string()},
                                {"jti", claims_.jti.to_string()},
                                {"epoch", 3},
                                {"iat", made.time_since_epoch().count()},
                                {"nbf", made.time_since_epoch().count()},
                                {"exp", (made + 5min).time_since_epoch().count()}};
        if (!name.empty()) out.erase(name);
        if (!value.empty()) out[name] = boost::json::parse(value);
        return boost::json::serialize(out);
    }

    SigningKey key_ = key_of('a');
    SigningKey next_ = key_of('b');
    std::vector<PublicKey> keys_{key_.public_key, next_.public_key};
    TokenRules rules_{
        .typ = "at+jwt", .iss = "https://ss", .aud = "api", .longest_life = 5min, .leeway = 30s};
    Claims claims_{.iss = "https://ss",
                   .aud = "api",
                   .sub = *Id::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
                   .sid = *Id::parse("017f22e2-79b0-7cc3-98c4-dc0c0c073990"),
                   .epoch = 3,
                   .iat = made,
                   .nbf = made,
                   .exp = made + 5min,
                   .jti = *Id::parse("017f22e2-79b0-7cc3-98c4-dc0c0c073991")};
};

TEST_F(Jwt, WhatIsSignedIsReadBack) {
    for (auto const* key : {&key_, &next_}) {
        auto const read = verify(sign_jwt(*key, "at+jwt", claims_));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, claims_);
    }
}

TEST_F(Jwt, IsTheSameToAnotherImplementation) {
    EXPECT_TRUE(verify(signed_token(header(), payload())));
    auto const ours = sign_jwt(key_, "at+jwt", claims_);
    EXPECT_EQ(sign(ours.substr(0, ours.rfind('.'))), ours);
}

TEST_F(Jwt, ClaimsWithCharactersThatJsonEscapesSurvive) {
    claims_.iss = rules_.iss = "a\"b\\c\n\x01\xc3\xa9";
    EXPECT_TRUE(verify(sign_jwt(key_, "at+jwt", claims_)));
}

TEST_F(Jwt, IsValidFromItsStartToItsEndGiveOrTakeTheLeeway) {
    auto const token = sign_jwt(key_, "at+jwt", claims_);
    EXPECT_FALSE(verify(token, made - 31s));
    EXPECT_TRUE(verify(token, made - 30s));
    EXPECT_TRUE(verify(token, made + 5min + 29s));
    auto const late = verify(token, made + 5min + 30s);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::invalid_token);
    EXPECT_NE(late.error().detail.find("expired"), std::string::npos);
}

TEST_F(Jwt, NoSettingMakesTheLeewayLongerThanAMinute) {
    rules_.leeway = 1h;
    auto const token = sign_jwt(key_, "at+jwt", claims_);
    EXPECT_TRUE(verify(token, made + 5min + 59s));
    EXPECT_FALSE(verify(token, made + 5min + 60s));
}

TEST_F(Jwt, AnUnknownClaimIsNoObstacle) {
    EXPECT_TRUE(verify(signed_token(header(), payload("scope", R"({"a":[1,{"iss":"x"}],"b":null})"))));
}

TEST_F(Jwt, AnyChangedCharacterIsNoticed) {
    auto const token = sign_jwt(key_, "at+jwt", claims_);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify(changed)) << i;
        EXPECT_FALSE(verify(token.substr(0, i))) << i;
    }
}

TEST_F(Jwt, AHeaderThatIsNotOursToTheLetterIsRefused) {
    auto const kid = key_.public_key.kid;
    auto const with = [&](std::string_view alg, std::string_view typ, std::string_view the_kid) {
        return R"({"alg":")" + std::string(alg) + R"(","typ":")" + std::string(typ) + R"(","kid":")" +
               std::string(the_kid) + R"("})";
    };
    for (auto const& bad : {
             with("none", "at+jwt", kid),
             with("None", "at+jwt", kid),
             with("", "at+jwt", kid),
             with("HS256", "at+jwt", kid),
             with("ES256", "at+jwt", kid),
             with("RS256", "at+jwt", kid),
             with("eddsa", "at+jwt", kid),
             with("Ed25519", "at+jwt", kid),
             with("EdDSA", "JWT", kid),
             with("EdDSA", "rt+jwt", kid),
             with("EdDSA", "AT+JWT", kid),
             with("EdDSA", "application/at+jwt", kid),
             with("EdDSA", "", kid),
             with("EdDSA", "at+jwt", ""),
             with("EdDSA", "at+jwt", "../../../dev/null"),
             with("EdDSA", "at+jwt", "/etc/passwd"),
             with("EdDSA", "at+jwt", "x' OR '1'='1"),
             with("EdDSA", "at+jwt", "1; DROP TABLE signing_keys--"),
             with("EdDSA", "at+jwt", kid + "\\u0000"),
             with("EdDSA", "at+jwt", kid + " "),
             header(R"(,"jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"})"),
             header(R"(,"jku":"https://evil.example/jwks")"),
             header(R"(,"x5u":"https://evil.example/cert")"),
             header(R"(,"x5c":["AAAA"])"),
             header(R"(,"x5t":"AAAA")"),
             header(R"(,"crit":["exp"])"),
             header(R"(,"crit":[])"),
             header(R"(,"b64":false)"),
             header(R"(,"zip":"DEF")"),
             header(R"(,"cty":"JWT")"),
             header(R"(,"unknown":1)"),
             header(R"(,"alg":"none")"),
             header(R"(,"alg":"EdDSA")"),
             header(R"(,"kid":"other")"),
             header(R"(,"\u0061lg":"EdDSA")"),
             header() + " x",
             header() + header(),
             "[" + header() + "]",
             std::string("{}"),
             std::string("null"),
             std::string("\"text\""),
             std::string("1"),
             std::string(),
             std::string(R"({"alg":"EdDSA","typ":"at+jwt"})"),
             R"({"typ":"at+jwt","kid":")" + kid + "\"}",
             R"({"alg":"EdDSA","kid":")" + kid + "\"}",
             R"({"alg":["EdDSA"],"typ":"at+jwt","kid":")" + kid + "\"}",
             std::string(R"({"alg":"EdDSA","typ":"at+jwt","kid":null})"),
             std::string(R"({"alg":"EdDSA","typ":"at+jwt","kid":0})"),
             R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + next_.public_key.kid +
                 "\"}",  // a known key, another's signature
             "\xef\xbb\xbf" + header(),
             header().substr(0, header().size() - 1) + ",}",
             "/**/" + header(),
         }) {
        auto const result = verify(signed_token(bad, payload()));
        ASSERT_FALSE(result) << bad;
        EXPECT_EQ(result.error().status(), 401);
    }
}

TEST_F(Jwt, ClaimsThatAreMissingWrongOrAbsurdAreRefused) {
    struct Change {
        std::string_view name;
        std::string_view value;  // "" removes it
    };
    for (auto const& [name, value] : {
             Change{"iss", ""},
             Change{"iss", R"("https://evil")"},
             Change{"iss", R"(["https://ss"])"},
             Change{"aud", ""},
             Change{"aud", R"("other")"},
             Change{"aud", R"(["api"])"},
             Change{"aud", "null"},
             Change{"sub", ""},
             Change{"sub", R"("alice")"},
             Change{"sub", "1"},
             Change{"sid", ""},
             Change{"sid", R"("")"},
             Change{"jti", ""},
             Change{"epoch", ""},
             Change{"epoch", R"("3")"},
             Change{"epoch", "3.5"},
             Change{"iat", ""},
             Change{"iat", "true"},
             Change{"iat", "0"},
             Change{"iat", "1795399200"},
             Change{"nbf", ""},
             Change{"nbf", "1795399200"},
             Change{"exp", ""},
             Change{"exp", "null"},
             Change{"exp", "0"},
             Change{"exp", "-1"},
             Change{"exp", R"("1795313100")"},
             Change{"exp", "1795313100.5"},
             Change{"exp", "1e300"},
             Change{"exp", "9223372036854775807"},
             Change{"exp", "18446744073709551615"},
             Change{"exp", "99999999999999999999999"},
             Change{"exp", "253402300799"},
             Change{"exp", "1795399200"},
         })
        EXPECT_FALSE(verify(signed_token(header(), payload(name, value)))) << name << ' ' << value;
}

TEST_F(Jwt, APayloadThatIsNotOneCleanObjectIsRefused) {
    auto const good = payload();
    for (auto const& bad :
         {std::string(), std::string("{}"), "[" + good + "]", good + good, good + "\n!",
          good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + R"(,"sub":"x"})",
          good.substr(0, good.size() - 1) + ",\"x\":\"\xff\"}", std::string(200, '{'),
          std::string(2000, '[')})
        EXPECT_FALSE(verify(signed_token(header(), bad))) << bad;
}

TEST_F(Jwt, AnotherShapeOfTokenIsRefused) {
    auto const good = sign_jwt(key_, "at+jwt", claims_);
    auto const dot = good.rfind('.');
    auto const last = good.back();
    std::string trailing_bits = good;  // the last character carries two bits that must be zero
    trailing_bits.back() = last == 'A' ? 'B' : static_cast<char>(last + 1);
    for (auto const& bad : {std::string(),
                            std::string("."),
                            std::string(".."),
                            std::string("..."),
                            good + ".",
                            good + "." + good,
                            "." + good,
                            good.substr(0, dot),
                            good.substr(0, dot + 1),
                            good + "=",
                            good + "==",
                            good + " ",
                            " " + good,
                            good + "\n",
                            good + std::string(1, '\0'),
                            "Bearer " + good,
                            trailing_bits,
                            good.substr(0, dot) + "." + good,
                            std::string(5000, 'a'),
                            std::string(1'000'000, '.')})
        EXPECT_FALSE(verify(bad)) << bad.substr(0, 100);
}

TEST_F(Jwt, LongerThanTheBoundIsRefusedThoughCorrectlySigned) {
    auto const filled = [&](std::size_t size) {
        return signed_token(header(), payload("x", '"' + std::string(size, 'x') + '"'));
    };
    EXPECT_TRUE(verify(filled(2000)));
    EXPECT_FALSE(verify(filled(3000)));
}

TEST_F(Jwt, KeyedHashWithThePublicKeyIsRefused) {
    for (std::string_view const alg : {"HS256", "EdDSA"}) {
        auto const text =
            to_base64url(bytes_of(R"({"alg":")" + std::string(alg) + R"(","typ":"at+jwt","kid":")" +
                                  key_.public_key.kid + "\"}")) +
            "." + to_base64url(bytes_of(payload()));
        auto const mac = hmac_sha256(key_.public_key.bytes, bytes_of(text));
        EXPECT_FALSE(verify(text + "." + to_base64url(mac)));
    }
}

TEST_F(Jwt, WithoutKeysNothingIsAccepted) {
    EXPECT_FALSE(verify_jwt(sign_jwt(key_, "at+jwt", claims_), {}, rules_, made));
    keys_ = {next_.public_key};
    EXPECT_FALSE(verify(sign_jwt(key_, "at+jwt", claims_)));
}

TEST(SigningKeys, AreMadeDifferentAndRemadeFromTheirSeed) {
    auto const key = make_signing_key();
    EXPECT_NE(key.public_key, make_signing_key().public_key);
    EXPECT_EQ(signing_key_from_seed(key.seed)->public_key, key.public_key);
    EXPECT_FALSE(signing_key_from_seed(Secret(std::string(31, 'a'))));
    EXPECT_FALSE(public_key_from_bytes(Bytes(33)));
}

TEST(SigningKeys, HaveTheThumbprintAndJwkOfRfc8037) {
    auto const seed = from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").value();  // RFC 8037, A.1
    auto const key = signing_key_from_seed(Secret(std::string(text_of(seed)))).value();
    auto const jwk = boost::json::parse(to_jwk(key.public_key));
    EXPECT_EQ(key.public_key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    EXPECT_EQ(jwk, (boost::json::value{{"kty", "OKP"},
                                       {"crv", "Ed25519"},
                                       {"alg", "EdDSA"},
                                       {"use", "sig"},
                                       {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                                       {"kid", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}}));
}

}  // namespace
}  // namespace securestack
