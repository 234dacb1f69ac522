#include <array>

#include <gtest/gtest.h>

#include "http/media_type.hpp"

namespace securestack {
namespace {

constexpr std::array<std::string_view, 3> forms{"application/json", "text/csv", "application/x-ndjson"};

Headers with(std::string name, std::string value) {
    Headers headers;
    headers.add(std::move(name), std::move(value));
    return headers;
}

TEST(MediaType, ChoosesWhatAcceptLikesBest) {
    struct Case {
        std::string accept;
        std::optional<std::size_t> chosen;
    };
    for (Case const& one :
         {Case{"*/*", 0}, Case{"", 0}, Case{"text/csv", 1}, Case{"TEXT/CSV", 1}, Case{"text/*", 1},
          Case{"application/*", 0}, Case{"application/x-ndjson, */*;q=0.1", 2},
          Case{"application/json;q=0.5, text/csv;q=0.9", 1}, Case{"text/html", std::nullopt},
          Case{"text/html, */*;q=0.8", 0}, Case{"application/json;q=0", std::nullopt},
          Case{"*/*;q=0.5, application/json;q=0", 1}, Case{"text/csv;q=x", std::nullopt},
          Case{"application/json; charset=utf-8", 0}, Case{";;,,", std::nullopt}}) {
        EXPECT_EQ(choose_media_type(with("Accept", one.accept), forms), one.chosen) << one.accept;
    }
}

TEST(MediaType, TakesEverythingWhenNothingIsSaid) {
    EXPECT_EQ(choose_media_type({}, forms), 0U);
}

TEST(MediaType, NamesWhatItCouldAnswerWith) {
    auto const refused = negotiate(with("Accept", "text/html"), forms);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_acceptable);
    EXPECT_NE(refused.error().detail.find("text/csv"), std::string::npos);
}

TEST(MediaType, TakesAReaderOfProblemsForAReaderOfJson) {
    EXPECT_TRUE(negotiate(with("Accept", "application/problem+json"), forms));
}

TEST(MediaType, TakesABodyOfTheRightType) {
    for (std::string const type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                   "application/json;charset=\"UTF-8\""}) {
        EXPECT_TRUE(check_content_type(with("Content-Type", type), {"application/json"})) << type;
    }
}

TEST(MediaType, RefusesABodyOfAnother) {
    for (std::string const type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
                                   "application/json; charset=latin1"}) {
        auto const checked = check_content_type(with("Content-Type", type), {"application/json"});
        ASSERT_FALSE(checked) << type;
        EXPECT_EQ(checked.error().code, ErrorCode::unsupported_media_type);
    }
    EXPECT_FALSE(check_content_type({}, {"application/json"}));
}

TEST(MediaType, RefusesAnEncodedBody) {
    Headers headers = with("Content-Type", "application/json");
    headers.add("Content-Encoding", "gzip");

    EXPECT_FALSE(check_content_type(headers, {"application/json"}));
}

}  // namespace
}  // namespace securestack
