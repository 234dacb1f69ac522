// Documents to and from JSON by their Schema: strict, and with every error at once.
//
// Error codes, stable for machines: required, unknown, read_only, type, enum, length, range, format, null,
// duplicate.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "resource/field.hpp"

namespace securestack {

// A document as far as it could be read, and what is wrong with it: rules that look further add what they
// find, so that a client is told everything at once. A member that is wrong may hold anything.
template <class T>
struct Draft {
    Draft(T document, std::vector<FieldError> faults = {})  // implicit: what has no faults is one, too
        : value(std::move(document)), errors(std::move(faults)) {}

    T value;
    std::vector<FieldError> errors;
};

// Whether the member at `pointer`, or the document as a whole, is wrong already: a rule that looks at it must
// not judge.
bool is_wrong(std::vector<FieldError> const& errors, std::string_view pointer);

// Fills the writable members of `object` from `document`; members that are absent keep the value they have.
// Reports unknown, read-only, missing, mistyped and out-of-range members under their JSON pointers (prefixed
// by `pointer`), and what Schema::check finds.
void decode_into(Schema const& schema, boost::json::value const& document, void* object,
                 std::string const& pointer, std::vector<FieldError>& errors);

// The readable members.
void encode_to(Schema const& schema, void const* object, JsonWriter& out);

// The writable members that can be read, as a JSON object: what a merge patch is applied to.
boost::json::value encode_writable(Schema const& schema, void const* object);

// RFC 7396.
void merge_patch(boost::json::value& target, boost::json::value const& patch);

template <class T>
Result<T> faultless(Draft<T> draft) {
    if (!draft.errors.empty()) return Problem{std::move(draft.errors)};
    return std::move(draft.value);
}

// A new T from a request's document.
template <class T>
Draft<T> draft_from(boost::json::value const& document) {
    Draft<T> draft{T{}};
    decode_into(schema_of<T>(), document, &draft.value, "", draft.errors);
    return draft;
}
template <class T>
Result<T> decode(boost::json::value const& document) {
    return faultless(draft_from<T>(document));
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

// Type-erased `replaced` and `patched`. `object` is a copy of the current one, `defaults` a new object of the
// same struct.
std::vector<FieldError> apply_replacement(Schema const& schema, boost::json::value const& document,
                                          void const* defaults, void* object);
std::vector<FieldError> apply_patch(Schema const& schema, boost::json::value const& patch,
                                    void const* defaults, void* object);

// PUT: every writable member takes the value from `document` or its default; the others stay as in `current`.
template <class T>
Draft<T> replaced(T const& current, boost::json::value const& document) {
    Draft<T> draft{current};
    T const defaults{};
    draft.errors = apply_replacement(schema_of<T>(), document, &defaults, &draft.value);
    return draft;
}

// PATCH: RFC 7396 over the writable members of `current`. Maps and documents are merged, lists replaced. null
// removes an entry from a map, and gives any other member its default; a required member has none
// ("required").
template <class T>
Draft<T> patched(T const& current, boost::json::value const& patch) {
    Draft<T> draft{current};
    T const defaults{};
    draft.errors = apply_patch(schema_of<T>(), patch, &defaults, &draft.value);
    return draft;
}

}  // namespace securestack
