// Maps and lists of texts: a JSON value each, kept as its text.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "core/encoding.hpp"
#include "resource/codec.hpp"
#include "resource/format.hpp"
#include "resource/wording.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

using Errors = std::vector<FieldError>;
using Labels = std::map<std::string, std::string>;
using Texts = std::vector<std::string>;

constexpr std::size_t max_label_value = 255;

void read_label(json::key_value_pair const& entry, Labels& labels, std::string const& pointer,
                Errors& errors) {
    std::string const name{entry.key().data(), entry.key().size()};
    auto const place = join_pointer(pointer, name);
    if (!formats::label_key.accepts(name)) {
        errors.push_back({place, "format", "the key must be " + std::string{formats::label_key.expected}});
        return;
    }
    auto const text = detail::read_text(entry.value(), place, errors);
    if (!text) return;
    if (code_points(*text) > max_label_value) {
        errors.push_back({place, "length", "must be at most 255 characters long"});
        return;
    }
    labels.emplace(name, *text);
}
void read(json::value const& value, Labels& member, std::string const& pointer, Errors& errors) {
    if (!detail::has_kind(value.is_object(), value, "an object of strings", pointer, errors)) return;
    member.clear();
    for (auto const& entry : value.get_object()) {
        if (errors.size() >= max_errors) return;
        read_label(entry, member, pointer, errors);
    }
}
void write(Labels const& labels, JsonWriter& out) {
    out.begin_object();
    for (auto const& [name, text] : labels) {
        out.key(name);
        out.string(text);
    }
    out.end_object();
}

void read(json::value const& value, Texts& member, std::string const& pointer, Errors& errors) {
    auto const* list = detail::read_list(value, pointer, errors);
    if (list == nullptr) return;
    member.clear();
    for (auto const& item : *list) {
        if (errors.size() >= max_errors) return;
        auto const place = pointer + "/" + std::to_string(member.size());
        member.emplace_back(detail::read_text(item, place, errors).value_or(""));
    }
}
void write(Texts const& texts, JsonWriter& out) {
    out.begin_array();
    for (auto const& text : texts) out.string(text);
    out.end_array();
}

}  // namespace

template <class M, JsonType Type>
void ContainerCodec<M, Type>::to_json(M const& value, JsonWriter& out) {
    write(value, out);
}
template <class M, JsonType Type>
void ContainerCodec<M, Type>::from_json(json::value const& value, M& member, std::string const& pointer,
                                        std::vector<FieldError>& errors) {
    read(value, member, pointer, errors);
}
template <class M, JsonType Type>
Param ContainerCodec<M, Type>::to_param(M const& value) {
    return detail::json_text(value, to_json);
}
template <class M, JsonType Type>
void ContainerCodec<M, Type>::from_row(Row const& row, int column, M& member) {
    Errors errors;
    read(detail::stored_json(row, column), member, "", errors);
    if (!errors.empty()) detail::throw_unreadable("JSON of another form");
}

template struct ContainerCodec<Labels, JsonType::map>;
template struct ContainerCodec<Texts, JsonType::list>;

namespace detail {

json::array const* read_list(json::value const& value, std::string const& pointer, Errors& errors) {
    return has_kind(value.is_array(), value, "an array", pointer, errors) ? &value.get_array() : nullptr;
}

json::value stored_json(Row const& row, int column) {
    json::error_code ec;
    auto value = json::parse(row.text(column), ec);
    if (ec) throw_unreadable("text that is not JSON");
    return value;
}

}  // namespace detail

}  // namespace securestack
