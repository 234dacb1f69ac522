#include "servers/import_csv.hpp"

#include <algorithm>

namespace securestack {

CsvReader::CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

CsvReader::Outcome CsvReader::next(std::vector<std::string>& cells) {
    while (at_ < text_.size() && at_line_end()) skip_line_end();
    record_line_ = line_;
    if (at_ == text_.size()) return Outcome::end;
    std::size_t count = 0;
    std::size_t size = 0;
    for (;;) {
        if (count == most_cells) return fail("has more cells than a server could have");
        if (count == cells.size()) cells.emplace_back();
        auto& cell = cells[count++];
        cell.clear();
        if (!read_cell(cell)) return Outcome::malformed;
        if (cell.size() > longest_cell) return fail("has a cell that is longer than anything of a server");
        size += cell.size();
        if (size > longest_record) return fail("is longer than any server");
        if (at_line_end()) break;
        ++at_;  // the comma
    }
    cells.resize(count);
    if (at_ < text_.size()) skip_line_end();
    return Outcome::record;
}

void CsvReader::skip_line_end() {
    bool const pair = text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
    at_ += pair ? 2 : 1;
    ++line_;
}

// Up to the comma or the end of the line behind it.
bool CsvReader::read_cell(std::string& cell) {
    if (at_ < text_.size() && text_[at_] == '"') return read_quoted(cell);
    auto const end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    cell = text_.substr(at_, std::min(end - at_, longest_cell + 1));
    at_ = end;
    if (end < text_.size() && text_[end] == '"') {
        fail("has a quotation mark inside a cell that does not begin with one");
        return false;
    }
    return true;
}

bool CsvReader::read_quoted(std::string& cell) {
    auto const begin = ++at_;
    auto const line = line_;
    for (;;) {
        auto const quote = text_.find('"', at_);
        if (quote == std::string_view::npos) {
            at_ = begin;
            line_ = line;
            fail("has a quotation mark that is never closed");
            return false;
        }
        auto const piece = text_.substr(at_, quote - at_);
        cell += piece.substr(0, longest_cell + 1);
        line_ += static_cast<std::size_t>(std::ranges::count(piece, '\n'));
        at_ = quote + 1;
        if (cell.size() > longest_cell) return true;  // as much of it as shows that it is too long
        if (at_ == text_.size() || text_[at_] != '"') break;
        cell += '"';
        ++at_;
    }
    if (at_line_end() || text_[at_] == ',') return true;
    fail("has text after the closing quotation mark of a cell");
    return false;
}

// Goes on behind the line.
CsvReader::Outcome CsvReader::fail(std::string_view fault) {
    fault_ = fault;
    at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    if (at_ < text_.size()) skip_line_end();
    return Outcome::malformed;
}

}  // namespace securestack
