// A list of ids as a member: ["0190…", …], each at most once. In a query string, one of them.
#pragma once

#include <vector>

#include "core/id.hpp"
#include "resource/codec.hpp"
#include "resource/format.hpp"

namespace securestack {

namespace formats {
// For a list of ids, so that the document says what its items are.
inline constexpr TextFormat uuid{"uuid", [](std::string_view text) { return Id::parse(text).has_value(); },
                                 "a UUID"};
}  // namespace formats

template <>
struct Codec<std::vector<Id>> {
    static constexpr TypeInfo type{.json = JsonType::list};

    static void to_json(std::vector<Id> const& ids, JsonWriter& out);
    // Errors: "format" for what is no id, "duplicate" for one that was there before.
    static void from_json(boost::json::value const& value, std::vector<Id>& member,
                          std::string const& pointer, std::vector<FieldError>& errors);
    static Param to_param(std::vector<Id> const& ids);
    static void from_row(Row const& row, int column, std::vector<Id>& member);
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.raw(row.text(column)); }
    static std::optional<Param> parse(std::string_view) { return std::nullopt; }
};

}  // namespace securestack
