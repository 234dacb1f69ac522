// An IP address as a member: any spelling in, RFC 5952 out, so that a filter finds it in any spelling too.
#pragma once

#include "core/address.hpp"
#include "resource/codec.hpp"

namespace securestack {

template <>
struct Codec<Address> {
    static constexpr TypeInfo type{.json = JsonType::string};

    static void to_json(Address const& value, JsonWriter& out) { out.string(value.to_string()); }
    static void from_json(boost::json::value const& value, Address& member, std::string const& pointer,
                          std::vector<FieldError>& errors);
    static Param to_param(Address const& value) { return value.to_string(); }
    static void from_row(Row const& row, int column, Address& member);
    static void row_to_json(Row const& row, int column, JsonWriter& out) { out.string(row.text(column)); }
    static std::optional<Param> parse(std::string_view text);
};

}  // namespace securestack
