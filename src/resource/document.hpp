// Documents to and from JSON by their Schema: strict, and with every error at once.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "resource/field.hpp"

namespace securestack {

// Fills the writable members of `object` from `document`; members that are absent keep the value they have. Reports
// unknown, read-only, missing, mistyped and out-of-range members under their JSON pointers (prefixed by `pointer`).
void decode_into(Schema const& schema, boost::json::value const& document, void* object, std::string const& pointer,
                 std::vector<FieldError>& errors);

void encode_to(Schema const& schema, void const* object, JsonWriter& out);

// The writable members as a JSON object: what a merge patch is applied to.
boost::json::value encode_writable(Schema const& schema, void const* object);

// RFC 7396.
void merge_patch(boost::json::value& target, boost::json::value const& patch);

// A new T from a request's document.
template <class T>
Result<T> decode(boost::json::value const& document) {
    T object{};
    std::vector<FieldError> errors;
    decode_into(schema_of<T>(), document, &object, "", errors);
    if (!errors.empty()) return Problem{std::move(errors)};
    return object;
}

template <class T>
void encode(T const& object, JsonWriter& out) {
    encode_to(schema_of<T>(), &object, out);
}
template <class T>
std::string to_json(T const& object) {
    std::string text;
    JsonWriter writer{text};
    encode(object, writer);
    return text;
}

// Type-erased `replaced` and `patched`: writes the new writable members over a copy of the current object.
std::vector<FieldError> apply_replacement(Schema const& schema, void const* fresh, void* object);
std::vector<FieldError> apply_patch(Schema const& schema, boost::json::value const& patch, void* object);

// PUT: every writable member takes the value from `document` or its default; the others stay as in `current`.
template <class T>
Result<T> replaced(T const& current, boost::json::value const& document);

// PATCH: RFC 7396 over the writable members of `current`; null gives a member its default (or null).
template <class T>
Result<T> patched(T const& current, boost::json::value const& patch);

}  // namespace securestack
