#include <set>

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "identity/api_key.hpp"
#include "identity/credential.hpp"
#include "identity/key_text.hpp"

namespace securestack {
namespace {

Id some_id() {
    return *Id::parse("01900000-0000-7000-8000-0000000000ab");
}

TEST(KeyText, CarriesItsIdAndAChecksum) {
    auto const text = make_key_text(some_id()).reveal();

    EXPECT_EQ(text.size(), 91U);
    EXPECT_EQ(id_in_key(text), some_id());
}

TEST(KeyText, WhatDiffersInOneCharacterIsNoKey) {
    auto const text = make_key_text(some_id()).reveal();
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(id_in_key(changed)) << i;
    }
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(id_in_key(text.substr(0, size)));
    EXPECT_FALSE(id_in_key(text + "0"));
    EXPECT_FALSE(id_in_key(std::string(91, '_')));
}

TEST(KeyText, IsAnotherOneEachTime) {
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) seen.insert(make_key_text(some_id()).reveal());

    EXPECT_EQ(seen.size(), 1'000U);
}

ApiKey key(std::vector<std::string> scopes, std::vector<std::string> addresses = {},
           std::optional<Time> end = std::nullopt) {
    ApiKey made;
    made.scopes = std::move(scopes);
    made.addresses = std::move(addresses);
    made.expires_at = end;
    return made;
}

TEST(KeysWithinKeys, ScopesAddressesAndEndAllCount) {
    Time const early{std::chrono::seconds{1}};
    Time const late{std::chrono::seconds{2}};
    EXPECT_TRUE(is_within(key({"servers:read"}), key({"servers:read", "servers:write"})));
    EXPECT_FALSE(is_within(key({"servers:read", "servers:write"}), key({"servers:read"})));
    EXPECT_TRUE(is_within(key({}, {"192.0.2.7"}), key({}, {"192.0.2.0/24"})));
    EXPECT_TRUE(is_within(key({}, {"192.0.2.128/25"}), key({}, {"192.0.2.0/24"})));
    EXPECT_FALSE(is_within(key({}, {"192.0.2.0/23"}), key({}, {"192.0.2.0/24"})));
    EXPECT_FALSE(is_within(key({}, {"192.0.2.7", "198.51.100.1"}), key({}, {"192.0.2.0/24"})));
    EXPECT_FALSE(is_within(key({}), key({}, {"192.0.2.0/24"})));
    EXPECT_TRUE(is_within(key({}, {"2001:db8:1::/48"}), key({}, {"2001:db8::/32"})));
    EXPECT_FALSE(is_within(key({}, {"::/0"}), key({}, {"192.0.2.0/24"})));
    EXPECT_TRUE(is_within(key({}, {}, early), key({}, {}, late)));
    EXPECT_FALSE(is_within(key({}, {}, late), key({}, {}, early)));
    EXPECT_FALSE(is_within(key({}), key({}, {}, early)));
    EXPECT_TRUE(is_within(key({}, {}, late), key({})));
}

TEST(Credentials, AreTakenFromOneHeaderOnly) {
    Headers both;
    both.add("Authorization", "Bearer x");
    both.add("X-API-Key", "sst_x");
    EXPECT_EQ(credential_of(both).error().code, ErrorCode::malformed);

    Headers bearer;
    bearer.add("Authorization", "bEARER  sst_x");
    EXPECT_EQ(credential_of(bearer)->kind, CredentialKind::api_key);
    EXPECT_EQ(credential_of(bearer)->text, "sst_x");
    EXPECT_EQ(credential_of(Headers{})->kind, CredentialKind::none);
}

}  // namespace
}  // namespace securestack
