// {"member": {"from": …, "to": …}}: an object of any members, kept as the text that was written.
#pragma once

#include <string>

#include "resource/codec.hpp"

namespace securestack {

struct ChangeSet {
    std::string json = "{}";
};

template <>
struct Codec<ChangeSet> {
    static constexpr TypeInfo type{.json = JsonType::object};

    static void to_json(ChangeSet const& value, JsonWriter& out) { out.raw(value.json); }
    static void from_json(boost::json::value const& value, ChangeSet& member, std::string const& pointer,
                          std::vector<FieldError>& errors);
    static Param to_param(ChangeSet const& value) { return value.json; }
    static void from_row(Row const& row, int column, ChangeSet& member) { member.json = row.text(column); }
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.raw(row.text(column)); }
    static std::optional<Param> parse(std::string_view) { return std::nullopt; }
};

}  // namespace securestack
