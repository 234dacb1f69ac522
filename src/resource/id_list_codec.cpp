#include "resource/id_list_codec.hpp"

#include <unordered_set>

#include <boost/json/array.hpp>

namespace securestack {

using Ids = std::vector<Id>;

void Codec<Ids>::to_json(Ids const& ids, JsonWriter& out) {
    out.begin_array();
    for (auto const& id : ids) out.id(id);
    out.end_array();
}

void Codec<Ids>::from_json(boost::json::value const& value, Ids& member, std::string const& pointer,
                           std::vector<FieldError>& errors) {
    auto const* list = detail::read_list(value, pointer, errors);
    if (list == nullptr) return;
    member.clear();
    std::unordered_set<Id> seen;
    std::size_t index = 0;
    for (auto const& item : *list) {
        if (errors.size() >= max_errors) return;
        auto const place = pointer + "/" + std::to_string(index++);
        auto const text = detail::read_text(item, place, errors);
        if (!text) continue;
        auto const id = Id::parse(*text);
        if (!id) {
            errors.push_back({place, "format", "must be a UUID"});
        } else if (!seen.insert(*id).second) {
            errors.push_back({place, "duplicate", "is in the list already"});
        } else {
            member.push_back(*id);
        }
    }
}

Param Codec<Ids>::to_param(Ids const& ids) {
    return detail::json_text(ids, to_json);
}

void Codec<Ids>::from_row(Row const& row, int column, Ids& member) {
    std::vector<FieldError> errors;
    from_json(detail::stored_json(row, column), member, "", errors);
    if (!errors.empty()) detail::throw_unreadable("JSON of another form");
}

}  // namespace securestack
