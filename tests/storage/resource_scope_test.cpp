// Lists whose rows are reached in several ways: as if there were one condition, each row once.
#include <gtest/gtest.h>

#include "resource/keyset.hpp"
#include "support/gadget_table.hpp"

namespace securestack::test {
namespace {

Sql coloured(std::string_view colour) {
    return std::move(Sql{}.add("colour = ").bind(colour));
}
Sql of_size(std::int64_t bytes) {
    return std::move(Sql{}.add("size_bytes = ").bind(bytes));
}

class ScopeTest : public GadgetTable {
  protected:
    void SetUp() override {
        GadgetTable::SetUp();
        if (IsSkipped()) return;
        std::vector<Gadget> gadgets;
        for (int i = 0; i < 90; ++i) {
            auto gadget = gadget_named("g" + std::to_string(i * 31 % 90 / 3));
            gadget.colour = static_cast<Colour>(i % 3);
            gadget.size_bytes = i % 4;
            gadget.enabled = i % 5 != 0 || gadget.colour == Colour::blue;
            gadgets.push_back(std::move(gadget));
        }
        insert(gadgets);
    }

    ListPage look(ListQuery const& query, Scope const& scope) {
        return db()->read_now([&](Tx& tx) { return fetch_page(tx, query, scope); });
    }
    Strings walk(ListQuery query, Scope const& scope, bool backward) {
        Strings seen;
        for (;;) {
            auto const found = look(query, scope);
            auto const rows = column(found, "id");
            seen.insert(backward ? seen.begin() : seen.end(), rows.begin(), rows.end());
            auto const& on = backward ? found.previous : found.next;
            if (!on) return seen;
            query.cursor = on;
        }
    }

    // Red ones, those of size 2, and green ones of size 3: the first two overlap.
    Scope const several{Sql{}.add("enabled = ").bind(true),
                        {coloured("red"), of_size(2), coloured("green").add(" AND ").append(of_size(3))}};
    Scope const one{
        Sql{}
            .add("enabled = ")
            .bind(true)
            .add(" AND (colour = 'red' OR size_bytes = 2 OR (colour = 'green' AND size_bytes = 3))")};
};
INSTANTIATE_TEST_SUITE_P(Engines, ScopeTest, each_engine, engine_name);

constexpr std::array sorts{"name",       "-name",        "colour", "-size_bytes",
                           "created_at", "name,-colour", "id",     "-id"};

TEST_P(ScopeTest, PagesThroughAlternativesAsThroughOneCondition) {
    for (auto const* sort : sorts) {
        SCOPED_TRACE(sort);
        auto const all = column(look(list_query({{"sort", sort}, {"limit", "200"}}), one), "id");
        ASSERT_GT(all.size(), 20U);
        for (auto const* limit : {"1", "7", "40", "200"}) {
            EXPECT_EQ(walk(list_query({{"sort", sort}, {"limit", limit}}), several, false), all) << limit;
        }
    }
}

TEST_P(ScopeTest, PagesBackwardThroughAlternatives) {
    for (auto const* sort : sorts) {
        SCOPED_TRACE(sort);
        auto query = list_query({{"sort", sort}, {"limit", "7"}});
        auto const all = walk(query, one, false);
        auto first = look(query, several);
        while (first.next) {
            query.cursor = first.next;
            first = look(query, several);
        }
        auto const last = column(first, "id");
        ASSERT_TRUE(first.previous.has_value());
        query.cursor = first.previous;

        auto seen = walk(query, several, true);

        seen.insert(seen.end(), last.begin(), last.end());
        EXPECT_EQ(seen, all);
    }
}

TEST_P(ScopeTest, CountsARowOfTwoAlternativesOnce) {
    auto const query = list_query({{"count", "true"}, {"limit", "3"}});

    EXPECT_EQ(look(query, several).count->rows, look(query, one).count->rows);
    EXPECT_EQ(look(list_query({{"count", "true"}, {"colour", "green"}}), several).count->rows,
              look(list_query({{"count", "true"}, {"colour", "green"}}), one).count->rows);
}

TEST_P(ScopeTest, FiltersAndSearchesEveryAlternative) {
    QueryParameters const asked{
        {"colour", "red"}, {"colour", "blue"}, {"q", "g1"}, {"sort", "-name"}, {"limit", "5"}};

    EXPECT_EQ(walk(list_query(asked), several, false), walk(list_query(asked), one, false));
}

TEST_P(ScopeTest, ExportsAlternativesWhole) {
    auto const whole = [&](Scope const& scope) {
        std::string out;
        ListExport rows{list_query({{"sort", "name"}}), scope, ExportFormat::csv};
        for (bool more = true; more;) {
            db()->read_now([&](Tx& tx) { more = rows.next(tx, out); });
        }
        return out;
    };

    EXPECT_EQ(whole(several), whole(one));
}

}  // namespace
}  // namespace securestack::test
