// A file's rows as the members of documents.
#include <algorithm>
#include <optional>

#include "core/encoding.hpp"
#include "resource/document.hpp"
#include "resource/wording.hpp"
#include "servers/import.hpp"
#include "servers/import_csv.hpp"

namespace securestack {
namespace {

namespace json = boost::json;

// An export puts an apostrophe before what a spreadsheet would run.
std::string_view without_guard(std::string_view text) {
    auto const first = text.find_first_not_of('\'');
    if (first == 0 || first == std::string_view::npos) return text;
    bool const guarded = std::string_view{"=+-@\t\r"}.contains(text[first]);
    return guarded ? text.substr(1) : text;
}

// The columns of a CSV file, by its header.
class Columns {
  public:
    Columns(std::vector<std::string> const& names, ImportErrors& errors, std::size_t line) {
        for (auto const& name : names) {
            if (errors.full()) return;
            auto const* field = schema_of<Server>().find(name);
            if (field == nullptr || !field->is_readable()) {
                errors.add(line, name.size() > longest_name ? "" : "/" + name, "unknown", unknown(name));
            } else if (std::ranges::find(fields_, field) != fields_.end()) {
                errors.add(line, "/" + name, "duplicate", "is in the header twice");
            }
            fields_.push_back(field);
        }
    }

    std::size_t size() const { return fields_.size(); }

    // False when a cell of a map or list is no JSON.
    bool read(std::vector<std::string> const& cells, std::size_t line, json::object& members,
              ImportErrors& errors) const {
        bool sound = true;
        members.clear();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            auto const& field = *fields_[i];
            if (!field.is_writable()) continue;
            auto value = read_cell(field, cells[i]);
            if (!value) {
                errors.add(line, "/" + std::string{field.name}, "type", value.error().detail);
                sound = false;
            } else if (*value) {
                members[field.name] = **std::move(value);
            }
        }
        return sound;
    }

  private:
    static constexpr std::size_t longest_name = 100;  // bytes; no field's is as long

    static std::string unknown(std::string_view name) {
        if (name.size() > longest_name) return "has a column that no server has";
        std::vector<std::string_view> names;
        for (auto const& field : schema_of<Server>().fields) {
            if (field.is_readable()) names.push_back(field.name);
        }
        auto const meant = nearest_name(names, name);
        if (name.find_first_of(";\t") != name.npos)
            return "is no column of a server: columns are separated by commas";
        return meant.empty() ? "is no column of a server"
                             : "is no column of a server; did you mean " + std::string{meant} + "?";
    }

    // Nothing in a cell: null, the empty text, or the default.
    static Result<std::optional<json::value>> read_cell(Field const& field, std::string const& cell) {
        using Cell = std::optional<json::value>;
        if (cell.empty()) return Cell{};
        switch (field.type->json) {
            case JsonType::string:
                return Cell{json::value(without_guard(cell))};
            case JsonType::choice:
            case JsonType::id:
            case JsonType::time:
                return Cell{json::value(cell)};
            default:
                break;
        }
        auto value = parse_json(cell);
        if (!value) return Problem{ErrorCode::malformed, "must be JSON: " + value.error().detail};
        return Cell{*std::move(value)};
    }

    std::vector<Field const*> fields_;
};

// Spreadsheets save in the encoding of their system, unless they are told otherwise.
bool are_text(std::vector<std::string> const& cells) {
    return std::ranges::all_of(
        cells, [](auto const& cell) { return is_utf8(cell) && cell.find('\0') == std::string::npos; });
}

}  // namespace

void read_csv_servers(std::string_view text, ImportErrors& errors, EachRow const& each) {
    CsvReader reader{text};
    std::vector<std::string> cells;
    std::optional<Columns> columns;
    json::object members;
    for (;;) {
        auto const outcome = reader.next(cells);
        if (errors.full() || outcome == CsvReader::Outcome::end) break;
        auto const line = reader.line();
        if (outcome == CsvReader::Outcome::malformed) {
            errors.add(line, "", "format", reader.fault());
            if (!columns) return;
        } else if (!are_text(cells)) {
            errors.add(line, "", "format", "is not UTF-8: save the file as \"CSV UTF-8\"");
            if (!columns) return;
        } else if (!columns) {
            columns.emplace(cells, errors, line);
            if (!errors.empty()) return;
        } else if (cells.size() != columns->size()) {
            errors.add(line, "", "length",
                       "has " + std::to_string(cells.size()) + " cells, the header has " +
                           std::to_string(columns->size()));
        } else if (columns->read(cells, line, members, errors) && !each(line, members)) {
            return;
        }
    }
    if (!columns) errors.add(1, "", "required", "must be a header with the names of the columns");
}

void read_ndjson_servers(std::string_view text, ImportErrors& errors, EachRow const& each) {
    std::size_t number = 0;
    while (!text.empty() && !errors.full()) {
        ++number;
        auto const end = text.find('\n');
        auto const line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        if (line.size() > longest_import_line) {
            errors.add(number, "", "length", "is longer than any server: each needs a line of its own");
            continue;
        }
        auto value = parse_json(line);
        if (!value) {
            errors.add(number, "", "format", "must be a JSON object: " + value.error().detail);
            continue;
        }
        auto* members = value->if_object();
        if (members == nullptr) {
            errors.add(number, "", "type", "must be a JSON object");
            continue;
        }
        for (auto const& field : schema_of<Server>().fields) {
            if (field.visibility == Visibility::read_only) members->erase(field.name);
        }
        if (!each(number, *members)) return;
    }
}

}  // namespace securestack
