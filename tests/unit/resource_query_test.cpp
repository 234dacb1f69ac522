#include <gtest/gtest.h>

#include "resource/query.hpp"
#include "support/gadget.hpp"

namespace securestack::test {
namespace {

CursorKey const key{Secret{"a key for tests"}};
Id const some_id = Id::parse("0190a1b2-c3d4-7e5f-8a6b-0123456789ab").value();

Result<ListQuery> parse(QueryParameters const& parameters, CursorKey const& with = key) {
    return parse_list_query(schema_of<Gadget>(), parameters, with);
}

std::vector<std::string> faults(QueryParameters const& parameters) {
    auto const query = parse(parameters);
    if (query) return {};
    EXPECT_EQ(query.error().code, ErrorCode::malformed);
    EXPECT_FALSE(query.error().detail.empty());
    std::vector<std::string> found;
    for (auto const& error : query.error().errors) found.push_back(error.pointer + " " + error.code);
    return found;
}
using Faults = std::vector<std::string>;

std::string sort_of(ListQuery const& query) {
    std::string text;
    for (auto const& sort : query.sort) {
        text += sort.descending ? '-' : '+';
        text += sort.field->name;
    }
    return text;
}

TEST(ListQuery, HasDefaults) {
    auto const query = parse({}).value();
    EXPECT_EQ(query.limit, 50);
    EXPECT_FALSE(query.count);
    EXPECT_EQ(sort_of(query), "+name+id");
    EXPECT_FALSE(query.cursor.has_value());
}

TEST(ListQuery, ReadsSortKeysAndEndsWithTheId) {
    EXPECT_EQ(sort_of(parse({{"sort", "-colour,name"}}).value()), "-colour+name+id");
    EXPECT_EQ(sort_of(parse({{"sort", "name,-size_bytes"}}).value()), "+name-size_bytes-id");
    EXPECT_EQ(sort_of(parse({{"sort", "-id,name"}}).value()), "-id");
}

TEST(ListQuery, SortsByNothingThatAFilterHoldsAtOneValue) {
    EXPECT_EQ(sort_of(parse({{"colour", "red"}, {"sort", "-colour"}}).value()), "-id");
    EXPECT_EQ(sort_of(parse({{"colour", "red"}, {"sort", "colour,-name"}}).value()), "-name-id");
    EXPECT_EQ(sort_of(parse({{"colour", "red"}, {"colour", "blue"}, {"sort", "colour"}}).value()),
              "+colour+id");
    EXPECT_EQ(sort_of(parse({{"size_bytes.gte", "1"}, {"sort", "size_bytes"}}).value()), "+size_bytes+id");
}

TEST(ListQuery, RefusesBadSortKeys) {
    EXPECT_EQ(faults({{"sort", "note"}}), Faults{"sort unknown"});
    EXPECT_EQ(faults({{"sort", ""}}), Faults{"sort unknown"});
    EXPECT_EQ(faults({{"sort", "name,"}}), Faults{"sort unknown"});
    EXPECT_EQ(faults({{"sort", "version"}}), Faults{"sort unknown"});
    EXPECT_EQ(faults({{"sort", "name,-name"}}), Faults{"sort duplicate"});
    EXPECT_EQ(faults({{"sort", "name,colour,size_bytes,enabled,created_at"}}), Faults{"sort range"});
    EXPECT_NE(parse({{"sort", "x"}}).error().errors[0].detail.find("name, colour, size_bytes"),
              std::string::npos);
}

TEST(ListQuery, TakesALimitFrom1To200) {
    EXPECT_EQ(parse({{"limit", "1"}}).value().limit, 1);
    EXPECT_EQ(parse({{"limit", "200"}}).value().limit, 200);
    for (auto const* text : {"0", "201", "-1", "", "x", "5x", "1.5", " 5", "99999999999999999999"}) {
        EXPECT_EQ(faults({{"limit", text}}), Faults{"limit range"}) << text;
    }
}

TEST(ListQuery, TakesControlParametersOnce) {
    EXPECT_EQ(faults({{"limit", "5"}, {"limit", "5"}}), Faults{"limit duplicate"});
    EXPECT_EQ(faults({{"q", "a"}, {"q", "b"}}), Faults{"q duplicate"});
    EXPECT_EQ(faults({{"count", "true"}, {"count", "true"}}), Faults{"count duplicate"});
    EXPECT_EQ(faults({{"count", "1"}}), Faults{"count format"});
    EXPECT_EQ(faults({{"sort", "name"}, {"sort", "name"}}), Faults{"sort duplicate"});
}

TEST(ListQuery, GathersRepeatedFiltersIntoOne) {
    auto const query =
        parse({{"colour", "red"}, {"size_bytes.gte", "5"}, {"colour", "blue"}, {"ip", "null"}}).value();
    ASSERT_EQ(query.filters.size(), 3U);
    EXPECT_EQ(query.filters[0].field->name, "colour");
    EXPECT_EQ(query.filters[0].values.size(), 2U);
    EXPECT_EQ(query.filters[1].comparison, Comparison::gte);
    EXPECT_FALSE(query.filters[2].values[0].has_value());
}

TEST(ListQuery, OrdersFiltersByField) {
    auto const query = parse({{"labels.team", "web"}, {"name", "x"}}).value();
    EXPECT_EQ(query.filters[0].field->name, "name");
    EXPECT_EQ(query.filters[1].key, "team");
}

TEST(ListQuery, TellsOfEveryFaultAtOnce) {
    EXPECT_EQ(
        faults({{"colour", "pink"},
                {"size_bytes", "x"},
                {"enabled", "1"},
                {"id", "1"},
                {"created_at.gt", "now"},
                {"colour.gt", "red"},
                {"labels", "x"},
                {"labels.a b", "x"},
                {"note", "x"},
                {"version", "1"},
                {"created_at.x", "1"},
                {"size_bytes.gt", "1"},
                {"size_bytes.gt", "2"},
                {"size_bytes.gt", "null"}}),
        (Faults{"colour enum", "size_bytes format", "enabled format", "id format", "created_at.gt format",
                "colour.gt unknown", "labels format", "labels.a b format", "note unknown", "version unknown",
                "created_at.x unknown", "size_bytes.gt duplicate", "size_bytes.gt format"}));
    EXPECT_EQ(faults({{"name", "\xff"}}), Faults{"name format"});
}

TEST(ListQuery, SuggestsTheParameterThatWasMeant) {
    auto const query = parse({{"color", "red"}});
    ASSERT_FALSE(query.has_value());
    EXPECT_EQ(query.error().detail,
              "Query parameter color: this list has no such parameter; did you mean colour?");
    EXPECT_NE(parse({{"crea", "1"}}).error().detail.find("did you mean created_at?"), std::string::npos);
}

TEST(ListQuery, APlusThatBecameABlankIsSaid) {
    auto const query = parse({{"created_at.gte", "2026-11-22T20:00:00 01:00"}});
    ASSERT_FALSE(query.has_value());
    EXPECT_NE(query.error().detail.find("%2B"), std::string::npos) << query.error().detail;
}

TEST(ListQuery, FoldsAndTrimsTheSearch) {
    EXPECT_EQ(parse({{"q", "  DB  Été "}}).value().search, "db été");
    for (auto const* no_word : {"", " ", "\xC2\xAD", " \xE2\x80\x8B "})
        EXPECT_EQ(parse({{"q", no_word}}).value().search, "") << no_word;
    EXPECT_EQ(faults({{"q", std::string(201, 'x')}}), Faults{"q length"});
    EXPECT_EQ(faults({{"q", "1 2 3 4 5 6 7 8 9"}}), Faults{"q range"});
    EXPECT_EQ(faults({{"q", "\xff"}}), Faults{"q format"});
}

struct Sighting {
    Id id{};
    Id actor_id{};
    std::string hidden;
};

}  // namespace
}  // namespace securestack::test

namespace securestack {

template <>
Schema const& schema_of<test::Sighting>() {
    using test::Sighting;
    static constexpr auto fields =
        fields_of<Sighting>(field<&Sighting::id>("id").read_only(),
                            field<&Sighting::actor_id>("actor_id").internal().filterable_as("actor"),
                            field<&Sighting::hidden>("hidden").internal().filterable());
    static constexpr Schema schema{.name = "Sighting", .table = "sightings", .fields = fields};
    return schema;
}

}  // namespace securestack

namespace securestack::test {
namespace {

TEST(ListQuery, FindsAFieldUnderItsParametersNameOnly) {
    auto const& schema = schema_of<Sighting>();
    auto const query = parse_list_query(schema, {{"actor", some_id.to_string()}}, key);
    ASSERT_TRUE(query.has_value());
    EXPECT_EQ(query->filters.at(0).field->name, "actor_id");
    EXPECT_FALSE(parse_list_query(schema, {{"actor_id", some_id.to_string()}}, key).has_value());
    EXPECT_FALSE(parse_list_query(schema, {{"hidden", "x"}}, key).has_value());
}

TEST(Cursor, ComesBackAsItWentOut) {
    auto const query = parse({{"sort", "-created_at,enabled,name"}}).value();
    CursorPosition const position{{std::int64_t{-5}, true, "é\"", some_id}, true, true};
    auto const decoded = key.decode(query, key.encode(query, position));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(std::get<std::int64_t>(decoded->keys.at(0).value()), -5);
    EXPECT_EQ(std::get<bool>(decoded->keys.at(1).value()), true);
    EXPECT_EQ(std::get<std::string>(decoded->keys.at(2).value()), "é\"");
    EXPECT_EQ(std::get<Id>(decoded->keys.at(3).value()), some_id);
    EXPECT_TRUE(decoded->backward);
    EXPECT_TRUE(decoded->inclusive);
}

TEST(Cursor, IsRefusedWhenAnyCharacterOfItChanges) {
    auto const query = parse({}).value();
    auto const cursor = key.encode(query, {{"x", some_id}});
    EXPECT_TRUE(parse({{"cursor", cursor}}).has_value());
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto altered = cursor;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(faults({{"cursor", altered}}), Faults{"cursor format"}) << i;
        EXPECT_EQ(faults({{"cursor", cursor.substr(0, i)}}), Faults{"cursor format"}) << i;
    }
    EXPECT_EQ(faults({{"cursor", cursor + "A"}}), Faults{"cursor format"});
    EXPECT_EQ(faults({{"cursor", cursor}, {"cursor", cursor}}), Faults{"cursor duplicate"});
}

TEST(Cursor, BelongsToItsListSortFiltersSearchAndKey) {
    auto const query = parse({{"colour", "red"}, {"q", "x"}}).value();
    auto const cursor = key.encode(query, {{"x", some_id}});
    EXPECT_EQ(faults({{"colour", "red"}, {"q", "x"}, {"cursor", cursor}, {"limit", "5"}}), Faults{});
    EXPECT_EQ(faults({{"colour", "red"}, {"cursor", cursor}}), Faults{"cursor format"});
    EXPECT_EQ(faults({{"colour", "blue"}, {"q", "x"}, {"cursor", cursor}}), Faults{"cursor format"});
    EXPECT_EQ(faults({{"colour", "red"}, {"q", "x"}, {"sort", "-name"}, {"cursor", cursor}}),
              Faults{"cursor format"});
    EXPECT_FALSE(
        parse({{"colour", "red"}, {"q", "x"}, {"cursor", cursor}}, CursorKey{Secret{"other"}}).has_value());
    auto const port = parse_list_query(schema_of<Port>(), {{"cursor", cursor}}, key);
    EXPECT_FALSE(port.has_value());
}

TEST(Cursor, BelongsToThePlaceOfItsList) {
    auto const list_at = [](std::string place, std::string const& cursor) {
        return parse_list_query(schema_of<Gadget>(), {{"cursor", cursor}}, key, std::move(place));
    };
    auto const query = parse_list_query(schema_of<Gadget>(), {}, key, "/shelves/a").value();
    auto const cursor = key.encode(query, {{"x", some_id}});

    EXPECT_TRUE(list_at("/shelves/a", cursor).has_value());
    EXPECT_FALSE(list_at("/shelves/b", cursor).has_value());
    EXPECT_FALSE(list_at("", cursor).has_value());
}

TEST(Sql, RenumbersPlaceholdersOfWhatItAppends) {
    Sql inner;
    auto const again = inner.placeholder(1);
    inner.add("a = ").add(again).add(" OR b = ").add(again).add(" OR c = ").bind(2).add(" OR d = '$'");
    Sql outer;
    outer.column("x").add(" = ").bind(0).add(" AND ").append(inner);
    EXPECT_EQ(outer.text(), R"("x" = $1 AND a = $2 OR b = $2 OR c = $3 OR d = '$')");
    EXPECT_EQ(outer.params().size(), 3U);
}

TEST(PageBody, LinksToTheNeighboursWithTheSameParameters) {
    QueryParameters const parameters{{"colour", "red"}, {"q", "a b&c"}, {"cursor", "old"}, {"limit", "2"}};
    auto const query = parse({{"colour", "red"}, {"q", "a b&c"}, {"limit", "2"}}).value();
    ListPage page{.rows = {std::make_shared<std::string const>("{}")}};
    page.next = CursorPosition{{"x", some_id}};
    page.count = RowCount{.rows = 7};
    auto const cursor = key.encode(query, *page.next);
    EXPECT_EQ(page_body(page, query, "/api/gadgets", parameters, key),
              R"({"results":[{}],"next":"/api/gadgets?colour=red&q=a%20b%26c&limit=2&cursor=)" + cursor +
                  R"(","previous":null,"count":7,"count_is_exact":true})");
}

}  // namespace
}  // namespace securestack::test
