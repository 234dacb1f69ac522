// What is written is read back the same, on both engines.
#include <limits>

#include <gmock/gmock.h>

#include "support/forwarding_tx.hpp"
#include "support/test_database.hpp"

namespace securestack::test {
namespace {

class Values : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        db.emplace(GetParam());
        Migration const table{
            1, "things",
            "CREATE TABLE things (n {int}, b {bool}, r {real}, t {text}, y {bytes}, i {id}, "
            "at {time}, j {json}){strict}"};
        auto const log = make_null_log();
        migrate(**db, std::span{&table, 1}, *log);
    }

    // Writes `value` to `column` and gives the row that holds it to `read`.
    template <class Read>
    auto round_trip(std::string const& column, Param const& value, Read const& read) {
        (*db)->write_now([&](Tx& tx) {
            tx.execute("DELETE FROM things");
            tx.execute("INSERT INTO things (" + column + ") VALUES ($1)", {value});
        });
        return (*db)->read_now(
            [&](Tx& tx) { return tx.first("SELECT " + column + " FROM things", {}, read).value(); });
    }

    std::optional<TestDatabase> db;
};

TEST_P(Values, IntegersKeepTheirExtremes) {
    for (auto const value : {std::numeric_limits<std::int64_t>::min(),
                             std::numeric_limits<std::int64_t>::max(), std::int64_t{0}, std::int64_t{-1}}) {
        EXPECT_EQ(round_trip("n", value, [](Row const& row) { return row.integer(0); }), value);
    }
}

TEST_P(Values, BooleansComeBack) {
    for (auto const value : {true, false}) {
        EXPECT_EQ(round_trip("b", value, [](Row const& row) { return row.boolean(0); }), value);
    }
}

TEST_P(Values, RealsKeepEveryBit) {
    for (auto const value : {0.1, -1e308, 5e-324, 1.0, std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(round_trip("r", value, [](Row const& row) { return row.real(0); }), value);
    }
}

TEST_P(Values, TextsKeepEveryCharacter) {
    for (std::string const value :
         {"", "plain", "quote ' \" \\ $1 ?1 {id}", "naïve Ünïcödé 漢字 🛡️", "line\nbreak\ttab"}) {
        EXPECT_EQ(round_trip("t", value, [](Row const& row) { return std::string{row.text(0)}; }), value);
        EXPECT_EQ(round_trip("j", value, [](Row const& row) { return std::string{row.text(0)}; }), value);
    }
    std::string const large(3'000'000, 'x');
    EXPECT_EQ(round_trip("t", large, [](Row const& row) { return row.text(0).size(); }), large.size());
}

TEST_P(Values, BytesKeepEveryByte) {
    Bytes all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
    for (auto const& value : {Bytes{}, Bytes{0}, Bytes{0, 0, 1, 0}, all}) {
        EXPECT_EQ(round_trip("y", value, [](Row const& row) { return row.bytes(0); }), value);
    }
}

TEST_P(Values, IdsAndTimesComeBack) {
    Id id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i * 17);
    EXPECT_EQ(round_trip("i", id, [](Row const& row) { return row.id(0); }), id);
    EXPECT_EQ(round_trip("i", Id{}, [](Row const& row) { return row.id(0); }), Id{});
    auto const time = from_micros(1'795'314'300'123'456);
    EXPECT_EQ(round_trip("at", time, [](Row const& row) { return row.time(0); }), time);
}

TEST_P(Values, NullIsNullAndNothingElse) {
    for (auto const* column : {"n", "b", "r", "t", "y", "i", "at", "j"}) {
        EXPECT_TRUE(round_trip(column, Null{}, [](Row const& row) { return row.is_null(0); })) << column;
    }
    EXPECT_FALSE(round_trip("t", "", [](Row const& row) { return row.is_null(0); }));
    EXPECT_FALSE(round_trip("y", Bytes{}, [](Row const& row) { return row.is_null(0); }));
    EXPECT_TRUE(round_trip("n", std::optional<int>{}, [](Row const& row) { return row.is_null(0); }));
}

TEST_P(Values, AColumnIsNotReadAsAnotherType) {
    EXPECT_THROW(round_trip("n", 5, [](Row const& row) { return row.text(0).size(); }), DatabaseError);
    EXPECT_THROW(round_trip("t", "5", [](Row const& row) { return row.integer(0); }), DatabaseError);
    EXPECT_THROW(round_trip("y", Bytes{1}, [](Row const& row) { return row.id(0); }), DatabaseError);
    EXPECT_THROW(round_trip("n", Null{}, [](Row const& row) { return row.integer(0); }), DatabaseError);
}

TEST_P(Values, ATextWithANulIsRefused) {
    EXPECT_THROW(round_trip("t", std::string("a\0b", 3), [](Row const&) { return 0; }), DatabaseError);
}

TEST_P(Values, PlaceholdersCountByNumberAndMayRecur) {
    auto const read = (*db)->read_now([](Tx& tx) {
        return tx.first("SELECT CAST($2 AS BIGINT) - CAST($1 AS BIGINT), CAST($2 AS BIGINT), '$1' -- $9\n",
                        {3, 10}, [](Row const& row) {
                            return std::tuple{row.integer(0), row.integer(1), std::string{row.text(2)}};
                        });
    });
    EXPECT_EQ(read, (std::tuple{7, 10, "$1"}));
}

TEST_P(Values, TextsAreOrderedByTheirBytes) {
    (*db)->write_now([](Tx& tx) {
        for (auto const* text : {"b", "B", "é", "a", "_", "Z"})
            tx.execute("INSERT INTO things (t) VALUES ($1)", {text});
    });
    std::vector<std::string> order;
    (*db)->read_now([&](Tx& tx) {
        tx.query("SELECT t FROM things ORDER BY t", {},
                 [&](Row const& row) { order.emplace_back(row.text(0)); });
    });
    EXPECT_THAT(order, ::testing::ElementsAre("B", "Z", "_", "a", "b", "é"));
}

TEST_P(Values, TheDatabasesClockIsNow) {
    auto const now = std::chrono::system_clock::now();
    auto const told = (*db)->read_now([](Tx& tx) { return tx.database_now(); });
    EXPECT_LT(std::chrono::abs(told - now), std::chrono::seconds{5});
}

// A database whose clock is ahead of this machine's.
class AheadTx final : public ForwardingTx {
  public:
    using ForwardingTx::ForwardingTx;
    Time database_now() override { return ForwardingTx::database_now() + std::chrono::seconds{20}; }
};

TEST_P(Values, TheSharedTimeIsTheDatabases) {
    auto const told =
        Time{std::chrono::sys_days{std::chrono::January / 1 / 2026}};  // as a test's clock may say
    auto const shared = (*db)->read_now([&](Tx& tx) {
        AheadTx ahead{tx};
        return shared_now(ahead, told);
    });
    EXPECT_LT(std::chrono::abs(shared - (told + std::chrono::seconds{20})), std::chrono::seconds{5});
}

INSTANTIATE_TEST_SUITE_P(Engines, Values, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
