#include <optional>

#include "resource/table.hpp"
#include "support/gadget_table.hpp"

namespace securestack::test {
namespace {

class TableTest : public GadgetTable {};

Gadget full() {
    Gadget gadget = gadget_named("full");
    gadget.colour = Colour::green;
    gadget.size_bytes = 12;
    gadget.enabled = false;
    gadget.ip = "192.0.2.1";
    gadget.expires_at = from_micros(99);
    gadget.labels = {{"a.b/c", "é \"q\""}};
    gadget.ports = {{"h", 1, false}, {"i", 2, true}};
    gadget.tags = {"x", "y"};
    gadget.note = "Über";
    gadget.created_at = from_micros(-1);
    return gadget;
}

TEST_P(TableTest, GivesBackWhatWasInserted) {
    auto const gadget = full();
    db()->write_now([&](Tx& tx) { ASSERT_TRUE(Table<Gadget>(tx).insert(gadget).has_value()); });
    auto const found = db()->read_now([&](Tx& tx) { return Table<Gadget>(tx).find(gadget.id); });
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(to_json(*found), to_json(gadget));
    EXPECT_EQ(found->version, 1);
}

TEST_P(TableTest, FindsNothingUnderAnotherId) {
    auto const found = db()->read_now([&](Tx& tx) { return Table<Gadget>(tx).find(ids.make(Time{})); });
    EXPECT_FALSE(found.has_value());
}

TEST_P(TableTest, TellsOfADuplicateInTheRulesOwnWordsAndTheTransactionGoesOn) {
    auto const first = full();
    auto second = gadget_named("second");
    second.note = first.note;
    auto const refused = db()->write_now([&](Tx& tx) {
        Table<Gadget> table{tx};
        EXPECT_TRUE(table.insert(first).has_value());
        auto saved = table.insert(second);
        second.note = "";
        EXPECT_TRUE(table.insert(second).has_value());
        return saved;
    });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    EXPECT_EQ(refused.error().detail, "There is a gadget with this note.");
    ASSERT_EQ(refused.error().errors.size(), 1U);
    EXPECT_EQ(refused.error().errors[0].pointer, "/note");
    EXPECT_EQ(refused.error().errors[0].code, "duplicate");
    EXPECT_EQ(names({}), (std::vector<std::string>{"full", "second"}));
}

TEST_P(TableTest, UpdateWritesEveryColumnAndTheNextVersion) {
    auto gadget = full();
    db()->write_now([&](Tx& tx) {
        Table<Gadget> table{tx};
        table.insert(gadget).value();
        gadget.note = "other";
        gadget.ip.reset();
        gadget.labels.clear();
        table.update(gadget).value();
    });
    EXPECT_EQ(gadget.version, 2);
    auto const found = db()->read_now([&](Tx& tx) { return Table<Gadget>(tx).find(gadget.id); });
    EXPECT_EQ(to_json(*found), to_json(gadget));
    EXPECT_EQ(found->version, 2);
    EXPECT_EQ(names({{"q", "OTHER"}}), std::vector<std::string>{"full"});
    EXPECT_EQ(names({{"q", "über"}}), std::vector<std::string>{});
}

TEST_P(TableTest, UpdateOfAVersionThatIsGoneIsToBeRunAgain) {
    auto gadget = full();
    auto stale = gadget;
    db()->write_now([&](Tx& tx) {
        Table<Gadget>(tx).insert(gadget).value();
        Table<Gadget>(tx).update(gadget).value();
    });
    try {
        db()->write_now([&](Tx& tx) { Table<Gadget>(tx).update(stale).value(); });
        FAIL() << "a stale version was written";
    } catch (DatabaseError const& error) {
        EXPECT_EQ(error.kind(), DatabaseError::Kind::serialization);
    }
}

TEST_P(TableTest, RemoveTellsWhetherThereWasARow) {
    auto const gadget = full();
    db()->write_now([&](Tx& tx) {
        Table<Gadget> table{tx};
        table.insert(gadget).value();
        EXPECT_TRUE(table.remove(gadget.id));
        EXPECT_FALSE(table.remove(gadget.id));
    });
}

TEST_P(TableTest, AgreesWithItsMigration) {
    EXPECT_EQ(check_table(*db(), schema_of<Gadget>()), Strings{});
}

TEST_P(TableTest, ReportsWhereAMigrationDiffers) {
    db()->write_now([](Tx& tx) {
        tx.execute("ALTER TABLE gadgets ADD COLUMN extra text");
        tx.execute("ALTER TABLE gadgets DROP COLUMN ip");
    });
    EXPECT_EQ(check_table(*db(), schema_of<Gadget>()),
              (Strings{"gadgets.ip is missing", "gadgets.extra has no field"}));
}

INSTANTIATE_TEST_SUITE_P(Engines, TableTest, each_engine, engine_name);

}  // namespace
}  // namespace securestack::test
