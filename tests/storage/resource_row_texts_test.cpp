// What is kept of rows between pages, and what is never kept.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include <boost/json/parse.hpp>

#include "resource/shown.hpp"
#include "storage/row_texts.hpp"
#include "support/gadget_table.hpp"

namespace securestack::test {
namespace {

RowText text(std::string value) {
    return std::make_shared<std::string const>(std::move(value));
}

std::string shown(RowTexts& texts, void const* kind, RowVersion const& row) {
    auto const found = texts.find(kind, {&row, 1});
    return found.front() ? *found.front() : "nothing";
}

// What is asked for a second time is kept.
void keep(RowTexts& texts, void const* kind, RowVersion const& row, std::string const& value) {
    auto const offered = text(value);
    texts.offer(kind, {&row, 1}, {&offered, 1});
    texts.offer(kind, {&row, 1}, {&offered, 1});
}

constexpr int kind = 0;
constexpr int other_kind = 0;

TEST(RowTexts, BelongToOneVersionAndOneKind) {
    RowTexts texts{100'000};
    auto const id = ids.make(Time{});
    keep(texts, &kind, {id, 2}, "two");
    EXPECT_EQ(shown(texts, &kind, {id, 2}), "two");
    EXPECT_EQ(shown(texts, &kind, {id, 1}), "nothing");
    EXPECT_EQ(shown(texts, &kind, {id, 3}), "nothing");
    EXPECT_EQ(shown(texts, &other_kind, {id, 2}), "nothing");
}

TEST(RowTexts, KeepTheLatestVersion) {
    RowTexts texts{100'000};
    auto const id = ids.make(Time{});
    keep(texts, &kind, {id, 2}, "two");
    keep(texts, &kind, {id, 3}, "three");
    keep(texts, &kind, {id, 2}, "two again");  // by one who reads an older snapshot
    EXPECT_EQ(shown(texts, &kind, {id, 3}), "three");
    EXPECT_EQ(shown(texts, &kind, {id, 2}), "nothing");
}

// Whatever rows meet in the doorkeeper's table.
TEST(RowTexts, KeepEveryRowOfAPageThatComesBack) {
    RowTexts texts{1'000'000};
    std::vector<RowVersion> rows;
    for (int i = 0; i < 1'000; ++i) rows.push_back({ids.make(Time{}), 1});
    std::vector<RowText> const offered(rows.size(), text("kept"));
    texts.offer(&kind, rows, offered);
    texts.offer(&kind, rows, offered);

    EXPECT_EQ(std::ranges::count(texts.find(&kind, rows), nullptr), 0);
}

TEST(RowTexts, ForgetWhatWasNotUsedForLongest) {
    RowTexts texts{4'000};
    RowVersion const first{ids.make(Time{}), 1};
    RowVersion const second{ids.make(Time{}), 1};
    keep(texts, &kind, first, std::string(1'000, 'a'));
    keep(texts, &kind, second, std::string(1'000, 'b'));
    EXPECT_EQ(shown(texts, &kind, first), std::string(1'000, 'a'));
    keep(texts, &kind, {ids.make(Time{}), 1}, std::string(1'000, 'c'));
    keep(texts, &kind, {ids.make(Time{}), 1}, std::string(500, 'd'));
    EXPECT_EQ(shown(texts, &kind, first), std::string(1'000, 'a'));
    EXPECT_EQ(shown(texts, &kind, second), "nothing");
    keep(texts, &kind, {ids.make(Time{}), 1}, std::string(5'000, 'e'));  // too large for all of it
    EXPECT_EQ(shown(texts, &kind, first), "nothing");
}

TEST(RowTexts, AreNotDrivenOutByWhatIsSeenOnce) {
    RowTexts texts{4'000};
    RowVersion const popular{ids.make(Time{}), 1};
    keep(texts, &kind, popular, "popular");
    for (int i = 0; i < 1'000; ++i) {
        RowVersion const passing{ids.make(Time{}), 1};
        auto const offered = text(std::string(1'000, 'x'));
        texts.offer(&kind, {&passing, 1}, {&offered, 1});
    }
    EXPECT_EQ(shown(texts, &kind, popular), "popular");
}

class KeptRows : public GadgetTable {
  protected:
    void SetUp() override {
        GadgetTable::SetUp();
        if (IsSkipped()) return;
        reopen({.readers = 1});  // a second connection to PostgreSQL would begin with nothing
        for (auto const* name : {"a", "b", "c"}) gadgets_.push_back(gadget_named(name));
        insert(gadgets_);
    }

    // Twice, so that they are kept.
    Strings seen() {
        auto const first = names({{"sort", "id"}});
        EXPECT_EQ(names({{"sort", "id"}}), first);
        return first;
    }

    // What no statement of the program does.
    static void rename_without_a_version(Tx& tx) {
        tx.execute("UPDATE gadgets SET name = 'behind its back' WHERE name = 'b'");
    }

    static void rename(Tx& tx, Gadget gadget) {
        gadget.name = "renamed";
        Table<Gadget>(tx).update(gadget).value();
    }

    std::vector<Gadget> gadgets_;
};

TEST_P(KeptRows, AreNotReadAgain) {
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
    db()->write_now(rename_without_a_version);
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
}

TEST_P(KeptRows, ChangeWithTheirVersion) {
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
    db()->write_now([&](Tx& tx) { rename(tx, gadgets_[1]); });
    EXPECT_EQ(seen(), (Strings{"a", "renamed", "c"}));
    EXPECT_EQ(seen(), (Strings{"a", "renamed", "c"}));
}

TEST_P(KeptRows, GoAndCome) {
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
    db()->write_now([&](Tx& tx) { Table<Gadget>(tx).remove(gadgets_[0].id); });
    insert({gadget_named("d")});
    EXPECT_EQ(seen(), (Strings{"b", "c", "d"}));
}

TEST_P(KeptRows, AreNotThoseOfAWriteThatIsNeverCommitted) {
    auto const query = list_query({{"sort", "id"}});
    auto const look_and_fail = [&](Tx& tx) {
        rename(tx, gadgets_[1]);
        for (int i = 0; i < 2; ++i) {  // what is kept is kept the second time
            EXPECT_EQ(column(fetch_page(tx, query, Sql{}), "name"), (Strings{"a", "renamed", "c"}));
        }
        throw std::runtime_error("and that was it");
    };
    EXPECT_THROW(db()->write_now(look_and_fail), std::runtime_error);
    db()->write_now([&](Tx& tx) {
        auto gadget = gadgets_[1];
        gadget.name = "renamed otherwise";
        Table<Gadget>(tx).update(gadget).value();
    });
    EXPECT_EQ(seen(), (Strings{"a", "renamed otherwise", "c"}));
}

TEST_P(KeptRows, MakeAPageWithThoseThatAreNew) {
    auto const old_page = seen();
    std::vector<Gadget> many;
    for (int i = 0; i < 60; ++i) many.push_back(gadget_named("n" + std::to_string(i)));
    insert(many);
    Strings expected = old_page;
    for (auto const& gadget : many) expected.push_back(gadget.name);
    EXPECT_EQ(names({{"sort", "id"}, {"limit", "200"}}), expected);
    std::ranges::reverse(expected);
    EXPECT_EQ(names({{"sort", "-id"}, {"limit", "200"}}), expected);
}

class OneKeptRow : public KeptRows {
  protected:
    // Name and version; "none" when the scope leaves no row. Twice, so that it is kept.
    std::string seen_alone(Scope const& scope) {
        auto const first = text(scope);
        EXPECT_EQ(text(scope), first);
        return first;
    }
    Sql of(std::size_t gadget) const { return std::move(Sql{}.add("id = ").bind(gadgets_[gadget].id)); }

  private:
    std::string text(Scope const& scope) {
        auto const found = db()->read_now([&](Tx& tx) { return find_shown<Gadget>(tx, scope); });
        if (!found) return "none";
        auto const row = boost::json::parse(*found->row.json);
        return row.at("name").as_string().c_str() + (" " + std::to_string(found->row.version));
    }
};

TEST_P(OneKeptRow, ChangesWithItsVersionAndGoes) {
    EXPECT_EQ(seen_alone(of(1)), "b 1");
    db()->write_now([&](Tx& tx) { rename(tx, gadgets_[1]); });
    EXPECT_EQ(seen_alone(of(1)), "renamed 2");
    db()->write_now([&](Tx& tx) { Table<Gadget>(tx).remove(gadgets_[1].id); });
    EXPECT_EQ(seen_alone(of(1)), "none");
}

TEST_P(OneKeptRow, IsNotReadAgainOnSqlite) {
    EXPECT_EQ(seen_alone(of(1)), "b 1");
    db()->write_now(rename_without_a_version);
    EXPECT_EQ(seen_alone(of(1)), GetParam() == Engine::sqlite ? "b 1" : "behind its back 1");
}

TEST_P(OneKeptRow, IsSeenInItsScopeOnly) {
    Sql const named_a = Sql{}.add("name = ").bind("a");
    Sql const named_b = Sql{}.add("name = ").bind("b");
    EXPECT_EQ(seen_alone(of(1)), "b 1");
    EXPECT_EQ(seen_alone({of(1), {named_a}}), "none");
    EXPECT_EQ(seen_alone({of(1), {named_a, named_b}}), "b 1");
}

TEST_P(OneKeptRow, IsThatOfThePages) {
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
    EXPECT_EQ(seen_alone(of(2)), "c 1");
    db()->write_now([&](Tx& tx) { rename(tx, gadgets_[2]); });
    EXPECT_EQ(seen(), (Strings{"a", "b", "renamed"}));
    EXPECT_EQ(seen_alone(of(2)), "renamed 2");
}

INSTANTIATE_TEST_SUITE_P(Engines, KeptRows, each_engine, engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, OneKeptRow, each_engine, engine_name);

// After a failover that lost the last commits, or beside an older state that was restored, a version that was
// seen before may stand for another row.
class KeptRowsOfAnotherServer : public KeptRows {};

TEST_P(KeptRowsOfAnotherServer, AreForgottenWithTheConnection) {
    EXPECT_EQ(seen(), (Strings{"a", "b", "c"}));
    db()->write_now(rename_without_a_version);
    ASSERT_EQ(seen(), (Strings{"a", "b", "c"}));
    end_connections();
    EXPECT_EQ(seen(), (Strings{"a", "behind its back", "c"}));
}

INSTANTIATE_TEST_SUITE_P(Engines, KeptRowsOfAnotherServer, ::testing::Values(Engine::postgresql),
                         engine_name);

}  // namespace
}  // namespace securestack::test
