#include "servers/address_codec.hpp"

namespace securestack {

void Codec<Address>::from_json(boost::json::value const& value, Address& member, std::string const& pointer,
                               std::vector<FieldError>& errors) {
    auto const* text = value.if_string();
    if (text == nullptr) {
        errors.push_back({pointer, "type", "must be a string or null"});
    } else if (auto const address = Address::parse(*text)) {
        member = *address;
    } else {
        errors.push_back({pointer, "format", "must be an IPv4 or IPv6 address, without port or prefix"});
    }
}

void Codec<Address>::from_row(Row const& row, int column, Address& member) {
    auto const address = Address::parse(row.text(column));
    if (!address) detail::throw_unreadable("text that is no address");
    member = *address;
}

std::optional<Param> Codec<Address>::parse(std::string_view text) {
    if (auto const address = Address::parse(text)) return Param{address->to_string()};
    return std::nullopt;
}

}  // namespace securestack
