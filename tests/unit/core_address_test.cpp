#include <gtest/gtest.h>

#include "core/address.hpp"

namespace securestack {
namespace {

struct Form {
    std::string_view text;
    std::string_view canonical;
};

Address address(std::string_view text) {
    return Address::parse(text).value();
}

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
    std::vector<Network> out;
    for (auto const text : texts) out.push_back(Network::parse(text).value());
    return out;
}

TEST(Address, IsWrittenAsRfc5952Says) {
    for (auto const& [text, canonical] : {
             Form{"192.0.2.1", "192.0.2.1"},
             Form{"::ffff:192.0.2.1", "192.0.2.1"},
             Form{"::", "::"},
             Form{"::1", "::1"},
             Form{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
             Form{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
             Form{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
             Form{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
             Form{"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
             Form{"::1:2", "::1:2"},
             Form{"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
         })
        EXPECT_EQ(address(text).to_string(), canonical) << text;
}

TEST(Address, OtherTextIsRefused) {
    for (std::string_view const text :
         {"", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "192.0.2.256", "192.0.2.1:80", "[::1]",
          "fe80::1%eth0", "1:2:3:4:5:6:7", "1::2::3", "::g", " ::1", "localhost", "192.0.2.1 ",
          "::ffff:1.2.3.4.5.6.7.8.9.10.11.12.13.14.15"})
        EXPECT_FALSE(Address::parse(text)) << text;
}

TEST(Address, LimitsCountIpv6ByNetwork) {
    EXPECT_EQ(address("192.0.2.1").limit_key(), "192.0.2.1");
    EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").limit_key(), "2001:db8:1:2::/64");
    EXPECT_EQ(address("2001:db8:1:2:ffff::").limit_key(), address("2001:db8:1:2::1").limit_key());
}

TEST(Network, ContainsItsAddressesAndNoOthers) {
    auto const ten = *Network::parse("10.0.0.0/8");
    EXPECT_TRUE(ten.contains(address("10.255.0.1")));
    EXPECT_FALSE(ten.contains(address("11.0.0.1")));
    auto const odd = *Network::parse("192.0.2.128/25");
    EXPECT_TRUE(odd.contains(address("192.0.2.255")));
    EXPECT_FALSE(odd.contains(address("192.0.2.127")));
    auto const one = *Network::parse("::1");
    EXPECT_TRUE(one.contains(address("::1")));
    EXPECT_FALSE(one.contains(address("::2")));
}

TEST(Network, AllOfIpv6IsNotAllOfIpv4) {
    EXPECT_FALSE(Network::parse("::/0")->contains(address("192.0.2.1")));
    EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(address("2001:db8::1")));
    EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(address("::ffff:192.0.2.1")));
}

TEST(Network, BadPrefixesAreRefused) {
    for (std::string_view const text : {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/08",
                                        "10.0.0.0/8x", "::/129", "/8", "10.0.0.0/8/8"})
        EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(ClientAddress, IsThePeerWhenThePeerIsNotTrusted) {
    EXPECT_EQ(client_address(address("203.0.113.9"), "198.51.100.1", networks({"10.0.0.0/8"})),
              address("203.0.113.9"));
}

TEST(ClientAddress, IsTheFirstUntrustedHopFromTheRight) {
    auto const trusted = networks({"10.0.0.0/8"});
    EXPECT_EQ(client_address(address("10.0.0.1"), "6.6.6.6, 198.51.100.1 , 10.0.0.2", trusted),
              address("198.51.100.1"));
    EXPECT_EQ(client_address(address("10.0.0.1"), "10.0.0.3,10.0.0.2", trusted), address("10.0.0.3"));
    EXPECT_EQ(client_address(address("10.0.0.1"), "", trusted), address("10.0.0.1"));
}

TEST(ClientAddress, StopsAtAnEntryThatIsNoAddress) {
    auto const trusted = networks({"10.0.0.0/8"});
    EXPECT_EQ(client_address(address("10.0.0.1"), "198.51.100.1, unknown, 10.0.0.2", trusted),
              address("10.0.0.2"));
    EXPECT_EQ(client_address(address("10.0.0.1"), "198.51.100.1,", trusted), address("10.0.0.1"));
}

}  // namespace
}  // namespace securestack
