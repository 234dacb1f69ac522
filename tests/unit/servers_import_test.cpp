#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "servers/import_csv.hpp"

namespace securestack {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Outcome = CsvReader::Outcome;

Rows rows_of(std::string_view text) {
    CsvReader reader{text};
    std::vector<std::string> cells;
    Rows rows;
    while (reader.next(cells) == Outcome::record) rows.push_back(cells);
    return rows;
}

TEST(CsvReader, ReadsWhatRfc4180Allows) {
    EXPECT_EQ(rows_of("a,b\r\nc,d\r\n"), (Rows{{"a", "b"}, {"c", "d"}}));
    EXPECT_EQ(rows_of("a,b"), (Rows{{"a", "b"}}));
    EXPECT_EQ(rows_of("a,\n"), (Rows{{"a", ""}}));
    EXPECT_EQ(rows_of(","), (Rows{{"", ""}}));
    EXPECT_EQ(rows_of("\"a,\"\"b\"\"\r\nc\",d\n"), (Rows{{"a,\"b\"\r\nc", "d"}}));
    EXPECT_EQ(rows_of("\"\",\"\""), (Rows{{"", ""}}));
}

TEST(CsvReader, TakesEveryLineEndAndSkipsEmptyLinesAndAByteOrderMark) {
    EXPECT_EQ(rows_of("\xEF\xBB\xBFname\rx\ny\r\n\r\n\nz"), (Rows{{"name"}, {"x"}, {"y"}, {"z"}}));
    EXPECT_EQ(rows_of(""), Rows{});
    EXPECT_EQ(rows_of("\n\r\n\r"), Rows{});
}

TEST(CsvReader, KnowsTheLineOfEachRecord) {
    CsvReader reader{"a\n\"b\nc\"\nd\n"};
    std::vector<std::string> cells;
    std::vector<std::size_t> lines;
    while (reader.next(cells) == Outcome::record) lines.push_back(reader.line());

    EXPECT_THAT(lines, ::testing::ElementsAre(1, 2, 4));
}

TEST(CsvReader, HoldsOneRecordInBoundedMemory) {
    std::string const commas(1'000'000, ',');
    std::string const long_cell(1'000'000, 'x');
    std::string many_cells;
    for (int i = 0; i < 60; ++i) many_cells += std::string(200'000, 'x') + ',';
    for (auto const& bad : {commas, long_cell, '"' + long_cell + '"', "a," + long_cell, many_cells}) {
        auto const text = bad + "\nnext\n";
        CsvReader reader{text};
        std::vector<std::string> cells;

        EXPECT_EQ(reader.next(cells), Outcome::malformed);
        EXPECT_LE(cells.size(), CsvReader::most_cells);
        std::size_t held = 0;
        for (auto const& cell : cells) {
            EXPECT_LE(cell.size(), CsvReader::longest_cell + 1);
            held += cell.size();
        }
        EXPECT_LE(held, CsvReader::longest_record + CsvReader::longest_cell + 1);
        EXPECT_EQ(reader.next(cells), Outcome::record);
        EXPECT_EQ(cells, (std::vector<std::string>{"next"}));
    }
}

TEST(CsvReader, GoesOnBehindALineThatIsMalformed) {
    for (std::string const bad : {"a\"b", "\"a\"b,c", "\"never closed"}) {
        auto const text = bad + "\nnext\n";
        CsvReader reader{text};
        std::vector<std::string> cells;

        EXPECT_EQ(reader.next(cells), Outcome::malformed) << bad;
        EXPECT_FALSE(reader.fault().empty());
        EXPECT_EQ(reader.line(), 1U);
        EXPECT_EQ(reader.next(cells), Outcome::record) << bad;
        EXPECT_EQ(cells, (std::vector<std::string>{"next"}));
        EXPECT_EQ(reader.line(), 2U);
        EXPECT_EQ(reader.next(cells), Outcome::end);
    }
}

}  // namespace
}  // namespace securestack
