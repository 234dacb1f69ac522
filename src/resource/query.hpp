// What a list was asked for: ?limit= ?cursor= ?sort= ?q= ?count= and filters by field, read against a Schema,
// and run as keyset pages, so that the cost of a page does not grow with its position.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/secret.hpp"
#include "resource/field.hpp"
#include "resource/scope.hpp"
#include "storage/database.hpp"
#include "storage/row_texts.hpp"

namespace securestack {

// Decoded name/value pairs of a query string, in order.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

enum class Comparison : std::uint8_t { any_of, gte, gt, lte, lt };

struct Filter {
    Field const* field = nullptr;
    std::string key = {};  // inside a map: ?labels.team=web
    Comparison comparison = Comparison::any_of;
    std::vector<std::optional<Param>> values =
        {};  // any_of: one suffices; nullopt asks for null ("?ip=null")
};

struct SortKey {
    Field const* field = nullptr;
    bool descending = false;
};

// Where a page begins: the sort values of the row beside it (ending in its id), and the way to go. The row
// itself belongs to the page only when it is `inclusive` (the way back from a page that turned out empty).
struct CursorPosition {
    Params keys = {};
    bool backward = false;
    bool inclusive = false;
};

struct ListQuery {
    Schema const* schema = nullptr;
    std::string place;            // which of the lists of this schema it is
    std::vector<Filter> filters;  // in the order of the fields, so that equal questions are equal statements
    // Always ends in `id`, so that the order is total; without what a filter fixes to one value.
    std::vector<SortKey> sort;
    std::string search;  // ?q=, folded; every word of it must be found
    std::int64_t limit = 50;
    bool count = false;
    std::optional<CursorPosition> cursor;
};

// Makes cursors opaque and tamper-proof: an authentication code over position and query. All replicas need
// the same key.
class CursorKey {
  public:
    explicit CursorKey(Secret const& key);
    std::string encode(ListQuery const& query, CursorPosition const& position) const;
    // Problem `malformed` for a cursor that was altered, or that belongs to another list, sort, filter or
    // search.
    Result<CursorPosition> decode(ListQuery const& query, std::string_view cursor) const;

  private:
    Secret key_;
};

// Problem `malformed` with all faults at once (unknown parameter, not filterable, bad value, limit out
// of 1..200 …). `place` stands for all else that decides which rows there are: a cursor is good where its own
// is the same.
Result<ListQuery> parse_list_query(Schema const& schema, QueryParameters const& parameters,
                                   CursorKey const& key, std::string place = {});

// ?count=true counts so far and no further: what it costs does not grow with the rows.
inline constexpr std::int64_t most_counted = 10'000;

struct RowCount {
    std::int64_t rows = 0;  // at most most_counted
    bool is_exact = true;   // false: there are more
};

struct ListPage {
    std::vector<RowText> rows;  // each as JSON, with its readable fields
    std::optional<CursorPosition> next = {};
    std::optional<CursorPosition> previous = {};
    std::optional<RowCount> count = {};
};

// Runs the query over the rows of `scope` ("deleted_at IS NULL AND owner = $1"; empty for all).
// `next` and `previous` are exact: there is a row on that side at this moment. Rows that come and go between
// two pages never make another row appear twice or not at all.
ListPage fetch_page(Tx& tx, ListQuery const& query, Scope const& scope);

// The body of an answer to a list: {"results": …, "next": URL, "previous": URL}, with
// ?count=true also "count" and "count_is_exact". `path` and `parameters` are the request's own; the cursor is
// replaced in them.
std::string page_body(ListPage const& page, ListQuery const& query, std::string_view path,
                      QueryParameters const& parameters, CursorKey const& key);

// Whole lists in constant memory: a piece at a time (500 rows or about 256 KiB), each its own keyset page, so
// that no transaction stays open. CSV is RFC 4180 with a header of the field names, CRLF, and nothing in a
// cell for null. A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a
// carriage return) gets an apostrophe before it. Maps and lists are JSON text. NDJSON is one object a line.
// The query's own cursor and limit are not looked at.
enum class ExportFormat : std::uint8_t { csv, ndjson };
class ListExport {
  public:
    ListExport(ListQuery query, Scope scope, ExportFormat format);
    // Appends the next piece (with the CSV header first); false when it was the last.
    bool next(Tx& tx, std::string& out);

  private:
    ListQuery query_;
    Scope scope_;
    ExportFormat format_;
    std::int64_t rows_ahead_;  // that the next piece reads
    bool started_ = false;
};

}  // namespace securestack
