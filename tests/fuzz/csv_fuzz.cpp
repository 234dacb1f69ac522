// Whatever the text, the reader ends, its lines grow, and what it read is read the same when it is written as
// RFC 4180 has it.
#include <cstdlib>
#include <string>

#include "servers/import_csv.hpp"

namespace {

using namespace securestack;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string written(std::vector<std::string> const& cells) {
    std::string text;
    for (auto const& cell : cells) {
        text += text.empty() ? "\"" : ",\"";
        for (char const c : cell) {
            if (c == '"') text += '"';
            text += c;
        }
        text += '"';
    }
    return text + "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    CsvReader reader{{reinterpret_cast<char const*>(data), size}};
    std::vector<std::string> cells;
    std::size_t line = 0;
    std::size_t records = 0;
    for (;;) {
        auto const outcome = reader.next(cells);
        if (outcome == CsvReader::Outcome::end) break;
        require(++records <= size);
        require(reader.line() > line);
        line = reader.line();
        if (outcome == CsvReader::Outcome::malformed) {
            require(!reader.fault().empty());
            continue;
        }
        require(!cells.empty());
        auto const text = written(cells);
        CsvReader again{text};
        std::vector<std::string> same;
        require(again.next(same) == CsvReader::Outcome::record && same == cells);
        require(again.next(same) == CsvReader::Outcome::end);
    }
    return 0;
}
