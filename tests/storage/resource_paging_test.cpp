#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "support/gadget_table.hpp"

namespace securestack::test {
namespace {

constexpr int stable_rows = 120;

class PagingTest : public GadgetTable {
  protected:
    void SetUp() override {
        GadgetTable::SetUp();
        if (IsSkipped()) return;
        std::vector<Gadget> gadgets;
        for (int i = 0; i < stable_rows; ++i) {
            auto gadget = random_gadget();
            stable_.insert(gadget.id.to_string());
            gadgets.push_back(std::move(gadget));
        }
        insert(gadgets);
    }

    // Few values for many rows, so that nearly every place in the order is shared.
    Gadget random_gadget() {
        static constexpr std::array names{"a", "B", "b", "é", "z"};
        auto gadget = gadget_named(names[random_() % names.size()]);
        gadget.colour = static_cast<Colour>(random_() % 3);
        gadget.size_bytes = static_cast<std::int64_t>(random_() % 4);
        gadget.enabled = gadget.colour == Colour::blue || random_() % 2 == 0;
        gadget.created_at = from_micros(static_cast<std::int64_t>(random_() % 5));
        return gadget;
    }

    // What others do between two of our pages.
    void disturb() {
        db()->write_now([&](Tx& tx) {
            Table<Gadget> table{tx};
            for (int i = 0; i < 2; ++i) {
                auto gadget = random_gadget();
                if (random_() % 2 == 0) gadget.id = random_id();
                table.insert(gadget).value();
                passing_.push_back(gadget.id);
            }
            if (passing_.size() > 6) {
                for (int i = 0; i < 3; ++i) {
                    auto const victim =
                        passing_.begin() + static_cast<std::ptrdiff_t>(random_() % passing_.size());
                    table.remove(*victim);
                    passing_.erase(victim);
                }
            }
        });
    }

    Id random_id() {
        Id id;
        for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random_());
        return id;
    }

    enum class World { still, moving };
    // Goes on from `query` until there is no further page; the ids in the order of the list.
    Strings walk(ListQuery query, bool backward, World world, std::optional<CursorPosition>& end) {
        Strings seen;
        for (;;) {
            auto const found = page(query);
            auto rows = column(found, "id");
            if (backward) {
                seen.insert(seen.begin(), rows.begin(), rows.end());
            } else {
                seen.insert(seen.end(), rows.begin(), rows.end());
            }
            end = backward ? found.next : found.previous;
            auto const& on = backward ? found.previous : found.next;
            if (!on) return seen;
            query.cursor = *cursor_key.decode(query, cursor_key.encode(query, *on));
            if (world == World::moving) disturb();
        }
    }

    // Each stable row once, and no row twice.
    void expect_exactly_once(Strings const& seen, std::string const& what) {
        std::map<std::string, int> times;
        for (auto const& id : seen) ++times[id];
        for (auto const& [id, count] : times) ASSERT_EQ(count, 1) << what;
        for (auto const& id : stable_) ASSERT_TRUE(times.contains(id)) << what;
    }

    std::mt19937 random_{20261122};
    std::set<std::string> stable_;
    std::vector<Id> passing_;
};

Strings every_sort() {
    Strings sorts;
    for (std::string const field : {"id", "name", "colour", "size_bytes", "enabled", "created_at"}) {
        sorts.push_back(field);
        sorts.push_back("-" + field);
    }
    for (auto const* sort : {"colour,-size_bytes", "-colour,size_bytes", "-name,-enabled",
                             "name,enabled,-created_at", "-size_bytes,name,-colour,enabled"}) {
        sorts.emplace_back(sort);
    }
    return sorts;
}

TEST_P(PagingTest, ShowsEachRowOnceInOrderForwardAndBack) {
    for (auto const& sort : every_sort()) {
        auto const whole = column(page(list_query({{"sort", sort}, {"limit", "200"}})), "id");
        ASSERT_EQ(whole.size(), stable_rows);
        for (auto const* limit : {"1", "7", "50", "119", "120", "121"}) {
            auto query = list_query({{"sort", sort}, {"limit", limit}});
            std::optional<CursorPosition> back;
            EXPECT_EQ(walk(query, false, World::still, back), whole) << sort << " by " << limit;
            if (!back) continue;  // one page only
            query.cursor = back;
            std::optional<CursorPosition> forth;
            auto const before_last = walk(query, true, World::still, forth);
            auto const last_page = whole.size() - before_last.size();
            EXPECT_GE(last_page, 1U);
            EXPECT_EQ(before_last,
                      Strings(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(last_page)));
            EXPECT_TRUE(forth.has_value());
        }
    }
}

TEST_P(PagingTest, ShowsEachStableRowOnceWhileOthersComeAndGo) {
    for (auto const& sort : every_sort()) {
        for (auto const* limit : {"11", "61"}) {
            auto query = list_query({{"sort", sort}, {"limit", limit}});
            std::optional<CursorPosition> back;
            expect_exactly_once(walk(query, false, World::moving, back), sort + " forward by " + limit);

            // From beyond the end, back to the beginning.
            auto reversed = query;
            for (auto& key : reversed.sort) key.descending = !key.descending;
            reversed.limit = 1;
            auto const last_row = page(reversed);
            auto seen = column(last_row, "id");
            ASSERT_TRUE(last_row.next.has_value());
            query.cursor = CursorPosition{last_row.next->keys, true};
            auto const rest = walk(query, true, World::moving, back);
            seen.insert(seen.begin(), rest.begin(), rest.end());
            expect_exactly_once(seen, sort + " backward by " + limit);
        }
    }
}

TEST_P(PagingTest, WalksAListThatAFilterHoldsAtOneValueOfItsSort) {
    for (auto const* sort : {"colour", "-colour", "-colour,name", "name,colour,-enabled"}) {
        auto const all = list_query({{"colour", "red"}, {"sort", sort}, {"limit", "200"}});
        auto query = list_query({{"colour", "red"}, {"sort", sort}, {"limit", "7"}});
        std::optional<CursorPosition> back;
        EXPECT_EQ(walk(query, false, World::still, back), column(page(all), "id")) << sort;
    }
}

TEST_P(PagingTest, FindsItsWayBackFromAPageThatBecameEmpty) {
    auto query = list_query({{"limit", "100"}});
    auto const first = page(query);
    auto const kept = column(first, "id");
    query.cursor = first.next;
    db()->write_now([&](Tx& tx) {
        for (auto const& id : stable_) {
            if (std::ranges::find(kept, id) == kept.end()) Table<Gadget>(tx).remove(*Id::parse(id));
        }
    });
    auto const empty = page(query);
    EXPECT_TRUE(empty.rows.empty());
    EXPECT_FALSE(empty.next.has_value());
    ASSERT_TRUE(empty.previous.has_value());
    query.cursor = cursor_key.decode(query, cursor_key.encode(query, *empty.previous)).value();
    auto const back = page(query);
    EXPECT_EQ(column(back, "id"), kept);
    EXPECT_FALSE(back.previous.has_value());
    EXPECT_FALSE(back.next.has_value());
}

TEST_P(PagingTest, HasNoPreviousOnTheFirstPageAndNoNextOnTheLast) {
    auto query = list_query({{"limit", "60"}});
    auto const first = page(query);
    EXPECT_FALSE(first.previous.has_value());
    query.cursor = first.next;
    auto const second = page(query);
    EXPECT_FALSE(second.next.has_value());
    query.cursor = second.previous;
    auto const first_again = page(query);
    EXPECT_EQ(texts(first_again), texts(first));
    EXPECT_FALSE(first_again.previous.has_value());
    EXPECT_TRUE(first_again.next.has_value());
}

INSTANTIATE_TEST_SUITE_P(Engines, PagingTest, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
