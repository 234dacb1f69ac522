#include <concepts>
#include <ostream>

#include <gtest/gtest.h>

#include "core/log.hpp"
#include "core/secret.hpp"

namespace securestack {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

static_assert(!Printable<Secret>);
static_assert(!std::equality_comparable<Secret>);
static_assert(!std::convertible_to<Secret, std::string_view>);
static_assert(!std::constructible_from<LogField, std::string_view, Secret>);

TEST(Secret, CopiesAndMovesItsValue) {
    Secret original(std::string("hunter2"));
    Secret copy = original;
    Secret const moved = std::move(original);
    EXPECT_EQ(copy.reveal(), "hunter2");
    EXPECT_EQ(moved.reveal(), "hunter2");
    EXPECT_TRUE(original.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    copy = Secret(std::string(100, 'x'));
    EXPECT_EQ(copy.reveal().size(), 100u);
}

TEST(EqualInConstantTime, ComparesContentAndLength) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(RandomBytes, AreNotTheSameTwice) {
    EXPECT_EQ(random_bytes(32).size(), 32u);
    EXPECT_NE(random_bytes(32), random_bytes(32));
}

}  // namespace
}  // namespace securestack
