#include <algorithm>
#include <string_view>

#include "resource/keyset.hpp"
#include "resource/text_index.hpp"

namespace securestack {

namespace {

constexpr std::int64_t most_rows = 500;
constexpr std::int64_t first_rows = 50;
constexpr std::size_t enough_bytes = 256 * 1024;

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (char const c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_cell(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
    } else {
        append_quoted(out, text);
    }
}

// OWASP, "CSV Injection": a spreadsheet takes these for the beginning of a formula.
// Also behind apostrophes, so that one is always there to be taken away again.
bool is_formula(std::string_view text) {
    auto const first = text.find_first_not_of('\'');
    return first != std::string_view::npos && std::string_view{"=+-@\t\r"}.contains(text[first]);
}

void append_text_cell(std::string& out, std::string_view text) {
    if (!is_formula(text)) return append_cell(out, text);
    append_cell(out, "'" + std::string{text});
}

void append_value(std::string& out, Field const& field, Row const& row, int column) {
    if (row.is_null(column)) return;
    switch (field.type->json) {
        case JsonType::choice:
            if (field.type->ranked)
                return append_cell(out, detail::ranked_choice(row, column, field.type->choices));
            [[fallthrough]];
        case JsonType::string:
            return append_text_cell(out, row.text(column));
        case JsonType::map:
        case JsonType::list:
        case JsonType::object:
            return append_cell(out, row.text(column));
        case JsonType::time:
            return append_time(out, row.time(column));
        case JsonType::id:
            return row.id(column).append_to(out);
        case JsonType::integer:
        case JsonType::number:
        case JsonType::boolean: {
            JsonWriter number{out};
            return field.access->row_to_json(row, column, number);
        }
    }
}

void append_csv(std::string& out, std::span<Field const* const> fields, Row const& row) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        append_value(out, *fields[i], row, static_cast<int>(i));
    }
    out += "\r\n";
}

void append_csv_header(std::string& out, std::span<Field const* const> fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += ',';
        append_cell(out, fields[i]->name);
    }
    out += "\r\n";
}

void append_ndjson(std::string& out, std::span<Field const* const> fields, Row const& row) {
    JsonWriter line{out};
    write_row(fields, row, line);
    out += '\n';
}

}  // namespace

ListExport::ListExport(ListQuery query, Scope scope, ExportFormat format)
    : query_(std::move(query)), scope_(std::move(scope)), format_(format), rows_ahead_(first_rows) {
    query_.cursor.reset();
}

bool ListExport::next(Tx& tx, std::string& out) {
    auto const where = predicate(query_, narrowed_by_search(tx, query_, scope_), tx.engine());
    auto const* cursor = query_.cursor ? &*query_.cursor : nullptr;
    auto const fields = shown_fields(*query_.schema);
    auto const scan = scan_rows(query_, where, cursor, rows_ahead_, fields);
    if (!started_ && format_ == ExportFormat::csv) append_csv_header(out, fields);
    started_ = true;

    auto const begun = out.size();
    std::int64_t rows = 0;
    std::optional<CursorPosition> end;
    tx.query(scan.statement.text(), scan.statement.params(), [&](Row const& row) {
        if (end) return;  // the next piece begins with this row
        if (format_ == ExportFormat::csv) {
            append_csv(out, fields, row);
        } else {
            append_ndjson(out, fields, row);
        }
        if (++rows == rows_ahead_ || out.size() - begun >= enough_bytes)
            end = CursorPosition{.keys = scan.keys(query_, row)};
    });
    query_.cursor = std::move(end);
    if (!query_.cursor) return false;
    // As many rows as fill a piece if the next are like these, so that few are read in vain.
    auto const usual_row = (out.size() - begun) / static_cast<std::size_t>(rows);
    rows_ahead_ = std::clamp(static_cast<std::int64_t>(enough_bytes / usual_row), std::int64_t{1}, most_rows);
    return true;
}

}  // namespace securestack
