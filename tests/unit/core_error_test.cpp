#include <set>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace securestack {
namespace {

TEST(ErrorTable, EveryCodeHasAStatusATitleAndASlugOfItsOwn) {
    std::set<std::string_view> slugs;
    for (int i = 0; i <= static_cast<int>(ErrorCode::version_not_supported); ++i) {
        auto const& description = describe(static_cast<ErrorCode>(i));
        EXPECT_GE(description.status, 400);
        EXPECT_LT(description.status, 600);
        EXPECT_FALSE(description.title.empty());
        EXPECT_TRUE(slugs.insert(description.slug).second) << description.slug;
    }
}

TEST(Problem, MadeOfFieldErrorsIsA422ThatCarriesThemAll) {
    Problem const problem(std::vector<FieldError>{{"/name", "required", "is required"},
                                                  {"/ip", "format", "must be an address"}});
    EXPECT_EQ(problem.status(), 422);
    EXPECT_EQ(problem.errors.size(), 2u);
    EXPECT_EQ(problem.detail, "2 values are not valid: see errors.");
}

TEST(Result, UsingAFailedOneAsAValueThrows) {
    Result<int> const result = Problem{ErrorCode::conflict, "the name is taken"};
    EXPECT_THROW(result.value(), std::logic_error);
}

}  // namespace
}  // namespace securestack
