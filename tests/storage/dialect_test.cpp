#include "storage/dialect.hpp"

#include <gtest/gtest.h>

namespace securestack::test {
namespace {

TEST(Dialect, PlaceholdersAreRewrittenOutsideOfQuotesAndComments) {
    using dialect::to_sqlite;
    EXPECT_EQ(to_sqlite("SELECT $1, $12 + $1"), "SELECT ?1, ?12 + ?1");
    EXPECT_EQ(to_sqlite("SELECT '$1', 'it''s $2', $3"), "SELECT '$1', 'it''s $2', ?3");
    EXPECT_EQ(to_sqlite("SELECT \"a$1\"\"$2\", `$3`, [$4], $5"), "SELECT \"a$1\"\"$2\", `$3`, [$4], ?5");
    EXPECT_EQ(to_sqlite("SELECT $1 -- $2\n, $3 /* $4 \n */ + $5"), "SELECT ?1 -- $2\n, ?3 /* $4 \n */ + ?5");
    EXPECT_EQ(to_sqlite("SELECT a$1, $name, $, 5 - $2"), "SELECT a$1, $name, $, 5 - ?2");
    EXPECT_EQ(to_sqlite("SELECT 'open $1"), "SELECT 'open $1");
    EXPECT_EQ(to_sqlite(""), "");
}

TEST(Dialect, WordsInBracesBecomeTheEnginesTypes) {
    using dialect::expand;
    EXPECT_EQ(expand("CREATE TABLE t (a {id}, b {bool}){strict};", Engine::sqlite),
              "CREATE TABLE t (a BLOB, b INTEGER) STRICT;");
    EXPECT_EQ(expand("CREATE TABLE t (a {id}, b {bool}){strict};", Engine::postgresql),
              "CREATE TABLE t (a uuid, b boolean);");
    EXPECT_EQ(expand("DEFAULT '{}' {\"a\": 1} {", Engine::sqlite), "DEFAULT '{}' {\"a\": 1} {");
    EXPECT_THROW(expand("a {uuid}", Engine::sqlite), std::logic_error);
}

}  // namespace
}  // namespace securestack::test
