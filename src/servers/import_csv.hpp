// RFC 4180, record by record over a text that is all there. Line ends may be CRLF, LF or CR; a byte order
// mark at the start is skipped, and so are empty lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace securestack {

class CsvReader {
  public:
    // Whatever the file, one record of it fits into memory.
    static constexpr std::size_t most_cells = 64;
    static constexpr std::size_t longest_cell = std::size_t{256} * 1024;     // bytes
    static constexpr std::size_t longest_record = std::size_t{1024} * 1024;  // of all its cells

    explicit CsvReader(std::string_view text);

    enum class Outcome : std::uint8_t { record, malformed, end };
    // The next record into `cells`, whose strings are used again. After `malformed` (a quote inside an
    // unquoted cell, text after a closing quote, a quote that is never closed, more than the bounds allow;
    // see `fault`) the reader goes on with the next line.
    Outcome next(std::vector<std::string>& cells);

    std::size_t line() const { return record_line_; }  // where the last record began, from 1
    std::string_view fault() const { return fault_; }

  private:
    bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
    void skip_line_end();
    bool read_cell(std::string& cell);
    bool read_quoted(std::string& cell);
    Outcome fail(std::string_view fault);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t record_line_ = 0;
    std::string_view fault_;
};

}  // namespace securestack
