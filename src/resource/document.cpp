#include "resource/document.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "resource/bounds.hpp"
#include "resource/wording.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

using Errors = std::vector<FieldError>;

std::string shortened(std::string_view name) {
    constexpr std::size_t longest = 64;
    if (name.size() <= longest) return std::string{name};
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) --end;
    return std::string{name.substr(0, end)} + "…";
}

void report_unknown(Schema const& schema, std::string_view name, std::string const& pointer, Errors& errors) {
    std::vector<std::string_view> names;
    for (auto const& field : schema.fields) {
        if (field.is_writable()) names.push_back(field.name);
    }
    std::string detail = "there is no member \"" + shortened(name) + "\"";
    if (auto const meant = nearest_name(names, name); !meant.empty()) {
        detail += "; did you mean \"" + std::string{meant} + "\"?";
    }
    errors.push_back({join_pointer(pointer, shortened(name)), "unknown", std::move(detail)});
}

// The field that a client may write under this name; null, with an error, when there is none.
Field const* writable_field(Schema const& schema, std::string_view name, std::string const& pointer,
                            Errors& errors) {
    auto const* field = schema.find(name);
    if (field == nullptr || field->visibility == Visibility::internal) {
        report_unknown(schema, name, pointer, errors);
        return nullptr;
    }
    if (!field->is_writable()) {
        errors.push_back({join_pointer(pointer, name), "read_only", "is set by the server; leave it out"});
        return nullptr;
    }
    return field;
}

void read_member(Field const& field, json::value const& value, void* object, std::string const& pointer,
                 Errors& errors) {
    auto const place = join_pointer(pointer, field.name);
    auto const before = errors.size();
    field.access->from_json(value, object, place, errors);
    if (errors.size() == before) check_bounds(field, value, place, errors);
}

bool is_object(json::value const& document, std::string const& pointer, Errors& errors) {
    if (document.is_object()) return true;
    errors.push_back(
        {pointer, document.is_null() && !pointer.empty() ? "null" : "type", "must be an object"});
    return false;
}

std::string_view key_of(json::key_value_pair const& member) {
    return {member.key().data(), member.key().size()};
}

void run_check(Schema const& schema, void const* object, std::string const& pointer, Errors& errors) {
    if (schema.check == nullptr) return;
    auto const before = errors.size();
    schema.check(object, errors);
    for (auto i = before; i < errors.size(); ++i) errors[i].pointer.insert(0, pointer);
}

json::value current_json(Field const& field, void const* object) {
    std::string text;
    JsonWriter out{text};
    field.access->to_json(object, out);
    return json::parse(text);
}

// What a member becomes under a patch: maps and documents are merged into what is there.
json::value merged(Field const& field, json::value const& patch, void const* object) {
    bool const is_merged = field.type->json == JsonType::map || field.type->json == JsonType::object;
    if (!is_merged || !patch.is_object()) return patch;
    auto value = current_json(field, object);
    merge_patch(value, patch);
    return value;
}

}  // namespace

Field const* Schema::find(std::string_view field_name) const {
    auto const found = std::ranges::find(fields, field_name, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

bool Schema::is_searchable() const {
    return std::ranges::any_of(fields, &Field::is_searchable);
}

bool is_wrong(Errors const& errors, std::string_view pointer) {
    return std::ranges::any_of(errors, [&](FieldError const& error) {
        std::string_view const wrong = error.pointer;
        return wrong.empty() || wrong == pointer ||
               (wrong.starts_with(pointer) && wrong.substr(pointer.size()).starts_with('/'));
    });
}

void decode_into(Schema const& schema, json::value const& document, void* object, std::string const& pointer,
                 Errors& errors) {
    if (!is_object(document, pointer, errors)) return;
    auto const before = errors.size();
    auto const& members = document.get_object();
    for (auto const& member : members) {
        if (errors.size() >= max_errors) return;
        auto const* field = writable_field(schema, key_of(member), pointer, errors);
        if (field != nullptr) read_member(*field, member.value(), object, pointer, errors);
    }
    for (auto const& field : schema.fields) {
        if (field.is_required && field.is_writable() && !members.contains(field.name)) {
            errors.push_back({join_pointer(pointer, field.name), "required", "is required"});
        }
    }
    // Of a document within another one, is_wrong would not know the members.
    if (errors.size() == before || pointer.empty()) run_check(schema, object, pointer, errors);
}

void encode_to(Schema const& schema, void const* object, JsonWriter& out) {
    out.begin_object();
    for (auto const& field : schema.fields) {
        if (!field.is_readable()) continue;
        out.field_name(field.name);
        field.access->to_json(object, out);
    }
    out.end_object();
}

json::value encode_writable(Schema const& schema, void const* object) {
    json::object members;
    for (auto const& field : schema.fields) {
        if (field.is_writable() && field.is_readable())
            members.emplace(field.name, current_json(field, object));
    }
    return members;
}

void merge_patch(json::value& target, json::value const& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target.emplace_object();
    for (auto const& member : patch.get_object()) {
        if (member.value().is_null()) {
            target.get_object().erase(member.key());
        } else {
            merge_patch(target.get_object()[member.key()], member.value());
        }
    }
}

Errors apply_replacement(Schema const& schema, json::value const& document, void const* defaults,
                         void* object) {
    for (auto const& field : schema.fields) {
        if (field.is_writable()) field.access->copy(defaults, object);
    }
    Errors errors;
    decode_into(schema, document, object, "", errors);
    return errors;
}

Errors apply_patch(Schema const& schema, json::value const& patch, void const* defaults, void* object) {
    Errors errors;
    if (!is_object(patch, "", errors)) return errors;
    for (auto const& member : patch.get_object()) {
        if (errors.size() >= max_errors) return errors;
        auto const* field = writable_field(schema, key_of(member), "", errors);
        if (field == nullptr) continue;
        if (!member.value().is_null()) {
            read_member(*field, merged(*field, member.value(), object), object, "", errors);
        } else if (!field->is_required) {
            field->access->copy(defaults, object);
        } else {
            errors.push_back(
                {join_pointer("", field->name), "required", "is required: null would remove it"});
        }
    }
    run_check(schema, object, "", errors);
    return errors;
}

namespace detail {

void write_document(Schema const& schema, void const* object, JsonWriter& out) {
    encode_to(schema, object, out);
}

void read_document(Schema const& schema, json::value const& value, void* object, std::string const& pointer,
                   Errors& errors) {
    decode_into(schema, value, object, pointer, errors);
}

void read_stored_document(Schema const& schema, json::value const& value, void* object) {
    if (!value.is_object()) throw_unreadable("JSON of another form");
    Errors errors;
    for (auto const& member : value.get_object()) {
        auto const* field = schema.find(key_of(member));
        if (field != nullptr) field->access->from_json(member.value(), object, "", errors);
    }
    if (!errors.empty()) throw_unreadable("JSON of another form");
}

}  // namespace detail

}  // namespace securestack
