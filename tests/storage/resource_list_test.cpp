#include <gtest/gtest.h>

#include "support/gadget_table.hpp"

namespace securestack::test {
namespace {

class ListTest : public GadgetTable {
  protected:
    void SetUp() override {
        GadgetTable::SetUp();
        if (IsSkipped()) return;
        Gadget a = gadget_named("Alpha");
        a.ip = "192.0.2.1";
        a.labels = {{"team", "web"}, {"a.b", "1"}};
        a.size_bytes = 5;
        a.created_at = from_micros(1000);
        Gadget b = gadget_named("beta_1");
        b.colour = Colour::green;
        b.labels = {{"team", "db"}, {"1", "x"}};
        b.note = "50% Straße";
        b.size_bytes = 10;
        Gadget c = gadget_named("Émile");
        c.colour = Colour::blue;
        c.note = "back\\slash";
        c.size_bytes = 10;
        Gadget d = gadget_named("betaX1");
        d.enabled = false;
        insert({a, b, c, d});
    }
};

TEST_P(ListTest, OrdersTextByItsBytesOnBothEngines) {
    EXPECT_EQ(names({}), (Strings{"Alpha", "betaX1", "beta_1", "Émile"}));
    EXPECT_EQ(names({{"sort", "-name"}}), (Strings{"Émile", "beta_1", "betaX1", "Alpha"}));
}

TEST_P(ListTest, FiltersByOneOrSeveralValues) {
    EXPECT_EQ(names({{"colour", "red"}}), (Strings{"Alpha", "betaX1"}));
    EXPECT_EQ(names({{"colour", "green"}, {"colour", "blue"}}), (Strings{"beta_1", "Émile"}));
    EXPECT_EQ(names({{"colour", "red"}, {"enabled", "false"}}), Strings{"betaX1"});
    EXPECT_EQ(names({{"name", "alpha"}}), Strings{});
}

TEST_P(ListTest, FiltersByRange) {
    EXPECT_EQ(names({{"size_bytes.gte", "10"}}), (Strings{"beta_1", "Émile"}));
    EXPECT_EQ(names({{"size_bytes.gt", "0"}, {"size_bytes.lt", "10"}}), Strings{"Alpha"});
    EXPECT_EQ(names({{"created_at.gt", "1970-01-01T00:00:00Z"}}), Strings{"Alpha"});
    EXPECT_EQ(names({{"created_at.lte", "1970-01-01T00:00:00Z"}, {"size_bytes.lte", "0"}}),
              Strings{"betaX1"});
}

TEST_P(ListTest, FiltersByNull) {
    EXPECT_EQ(names({{"ip", "null"}}), (Strings{"betaX1", "beta_1", "Émile"}));
    EXPECT_EQ(names({{"ip", "192.0.2.1"}, {"ip", "null"}, {"colour", "red"}}), (Strings{"Alpha", "betaX1"}));
    EXPECT_EQ(names({{"ip", "192.0.2.1"}}), Strings{"Alpha"});
}

TEST_P(ListTest, FiltersByAnEntryOfAMap) {
    EXPECT_EQ(names({{"labels.team", "web"}}), Strings{"Alpha"});
    EXPECT_EQ(names({{"labels.team", "web"}, {"labels.team", "db"}}), (Strings{"Alpha", "beta_1"}));
    EXPECT_EQ(names({{"labels.team", "null"}}), (Strings{"betaX1", "Émile"}));
    EXPECT_EQ(names({{"labels.a.b", "1"}}), Strings{"Alpha"});
    EXPECT_EQ(names({{"labels.1", "x"}}), Strings{"beta_1"});
    EXPECT_EQ(names({{"labels.team", "w' OR 1=1 --"}}), Strings{});
}

TEST_P(ListTest, SearchesFoldedTextForEveryWord) {
    EXPECT_EQ(names({{"q", "ALPHA"}}), Strings{"Alpha"});
    EXPECT_EQ(names({{"q", "émile"}}), Strings{"Émile"});
    EXPECT_EQ(names({{"q", "STRASSE beta"}}), Strings{"beta_1"});
    EXPECT_EQ(names({{"q", "beta alpha"}}), Strings{});
}

TEST_P(ListTest, SearchesForWildcardsAsTheyStand) {
    EXPECT_EQ(names({{"q", "a_1"}}), Strings{"beta_1"});
    EXPECT_EQ(names({{"q", "%"}}), Strings{"beta_1"});
    EXPECT_EQ(names({{"q", "\\"}}), Strings{"Émile"});
}

TEST_P(ListTest, CountsBySamePredicateAsItLists) {
    EXPECT_EQ(page(list_query({{"count", "true"}, {"limit", "1"}})).count->rows, 4);
    EXPECT_EQ(page(list_query({{"count", "true"}, {"colour", "red"}, {"limit", "1"}})).count->rows, 2);
    EXPECT_FALSE(page(list_query({})).count);
}

TEST_P(ListTest, CountsExactlyUpToABoundAndSaysWhenThereAreMore) {
    auto const query = list_query({{"count", "true"}, {"name", "same"}, {"limit", "1"}});
    std::vector<Gadget> many(static_cast<std::size_t>(most_counted), gadget_named("same"));
    for (auto& gadget : many) gadget.id = gadget_named("same").id;
    insert(many);
    EXPECT_EQ(page(query).count->rows, most_counted);
    EXPECT_TRUE(page(query).count->is_exact);

    insert({gadget_named("same")});

    EXPECT_EQ(page(query).count->rows, most_counted);
    EXPECT_FALSE(page(query).count->is_exact);
}

TEST_P(ListTest, StaysInsideItsScope) {
    Sql scope;
    scope.add("size_bytes = ").bind(10).add(" OR size_bytes = ").bind(5);
    auto query = list_query({{"sort", "-size_bytes"}, {"colour", "red"}, {"count", "true"}});
    auto const found = page(query, scope);
    EXPECT_EQ(column(found, "name"), Strings{"Alpha"});
    EXPECT_EQ(found.count->rows, 1);
}

TEST_P(ListTest, WritesRowsAsDocumentsAreWritten) {
    auto const found = page(list_query({{"limit", "1"}}));
    auto const gadget = db()->read_now(
        [](Tx& tx) { return Table<Gadget>(tx).find_where(Sql{}.add("name = ").bind("Alpha")); });
    EXPECT_EQ(texts(found), Strings{to_json(gadget.value())});
}

std::string exported(Database& db, QueryParameters const& parameters, ExportFormat format) {
    ListExport list{list_query(parameters), Sql{}, format};
    std::string out;
    while (db.read_now([&](Tx& tx) { return list.next(tx, out); })) {
    }
    return out;
}

TEST_P(ListTest, ExportsCsvThatASpreadsheetDoesNotRun) {
    Gadget formula = gadget_named("=1+1");
    formula.note = "a,\"b\"\r\nc";
    formula.size_bytes = 7;
    formula.tags = {"x", "y"};
    insert({formula});
    EXPECT_EQ(exported(*db(), {{"size_bytes", "7"}}, ExportFormat::csv),
              "id,name,colour,size_bytes,enabled,ip,expires_at,labels,ports,tags,note,created_at\r\n" +
                  formula.id.to_string() +
                  ",'=1+1,red,7,true,,,{},[],\"[\"\"x\"\",\"\"y\"\"]\",\"a,\"\"b\"\"\r\nc\",1970-01-01T00:00:"
                  "00.000000Z\r\n");
}

TEST_P(ListTest, ExportsOneObjectALine) {
    auto const text = exported(*db(), {{"colour", "red"}}, ExportFormat::ndjson);
    std::string lines;
    for (auto const& row : texts(page(list_query({{"colour", "red"}})))) lines += row + '\n';
    EXPECT_EQ(text, lines);
}

TEST_P(ListTest, ExportsEveryRowOfALongList) {
    std::vector<Gadget> many;
    for (int i = 0; i < 1100; ++i) many.push_back(gadget_named("same"));
    insert(many);
    for (auto const* sort : {"name", "-name", "colour,-name"}) {
        auto const text = exported(*db(), {{"name", "same"}, {"sort", sort}}, ExportFormat::ndjson);
        EXPECT_EQ(std::ranges::count(text, '\n'), 1100) << sort;
        for (auto const& gadget : many) {
            ASSERT_NE(text.find(gadget.id.to_string()), std::string::npos) << sort;
        }
    }
}

TEST_P(ListTest, EndsAPieceOfAnExportWhenItIsLargeAndLosesNoRow) {
    std::vector<Gadget> many;
    std::string const text(30'000, 'x');
    for (int i = 0; i < 400; ++i) {
        many.push_back(gadget_named("big"));
        if (i >= 100 && i < 150) many.back().tags = {text};
    }
    insert(many);
    ListExport list{list_query({{"name", "big"}}), Sql{}, ExportFormat::ndjson};
    std::string all;
    for (bool more = true; more;) {
        std::string piece;
        more = db()->read_now([&](Tx& tx) { return list.next(tx, piece); });
        EXPECT_LT(piece.size(), 300'000U);
        all += piece;
    }
    EXPECT_EQ(std::ranges::count(all, '\n'), 400);
    for (auto const& gadget : many) ASSERT_NE(all.find(gadget.id.to_string()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, ListTest, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
