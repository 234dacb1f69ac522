#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/id.hpp"

namespace securestack {
namespace {

constexpr std::string_view example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";  // RFC 9562, A.6
Time const example_time = from_micros(0x017f22e279b0 * 1000);

TEST(Id, TheStandardsExampleIsReadAndWrittenTheSame) {
    auto const id = Id::parse(example);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->to_string(), example);
}

TEST(Id, UpperCaseIsReadAndLowerCaseWritten) {
    auto const id = Id::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->to_string(), example);
}

TEST(Id, EveryByteValueSurvivesTheText) {
    for (unsigned value = 0; value < 256; ++value) {
        Id id;
        id.bytes.fill(static_cast<std::uint8_t>(value));
        EXPECT_EQ(Id::parse(id.to_string()), id);
    }
}

TEST(Id, OtherFormsAreRefused) {
    for (std::string_view const text : {
             "",
             "017f22e279b07cc398c4dc0c0c07398f",
             "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
             "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
             "g17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
             "017f22e2--9b0-7cc3-98c4-dc0c0c07398f",
             "017f22e2-79b0-7cc3-98c4-dc0c0c0739\xc3\xa9",
         })
        EXPECT_FALSE(Id::parse(text)) << text;
}

TEST(Id, IsVersionSevenAndCarriesItsTime) {
    IdSource source;
    auto const text = source.make(example_time).to_string();
    EXPECT_EQ(text.substr(0, 15), "017f22e2-79b0-7");
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
}

TEST(Id, KeepsGrowingWithinOneMillisecondAndWhenTheClockGoesBack) {
    IdSource source;
    auto last = source.make(example_time);
    for (int i = 0; i < 100'000; ++i) {
        auto const next = source.make(example_time - std::chrono::milliseconds{i % 7});
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(Id, IsUniqueAcrossThreads) {
    IdSource source;
    std::vector<std::vector<Id>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made)
            threads.emplace_back([&] {
                for (int i = 0; i < 5'000; ++i) mine.push_back(source.make(example_time));
            });
    }
    std::set<Id> all;
    for (auto const& mine : made) all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 20'000u);
}

TEST(Id, IsMaskedWhereverItStandsInAText) {
    std::string const id = "0198C0DE-7000-7000-8000-00000000000a";

    EXPECT_EQ(without_ids("/Ping//" + id + "/fail"), "/Ping//{id}/fail");
    EXPECT_EQ(without_ids(id + id + "-"), "{id}{id}-");
    EXPECT_EQ(without_ids("/api/servers/" + id.substr(1)), "/api/servers/" + id.substr(1));
    EXPECT_EQ(without_ids(""), "");
}

}  // namespace
}  // namespace securestack
