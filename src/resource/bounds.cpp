#include "resource/bounds.hpp"

#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "core/encoding.hpp"
#include "resource/number.hpp"

namespace securestack {

namespace json = boost::json;

namespace {

// "from 1 to 100", "at least 1", "at most 100", "exactly 6".
std::string bounds(Field const& field, std::int64_t natural_least) {
    bool const has_least = field.minimum > natural_least;
    bool const has_most = field.maximum != std::numeric_limits<std::int64_t>::max();
    if (field.minimum == field.maximum) return "exactly " + std::to_string(field.minimum);
    if (has_least && has_most) {
        return "from " + std::to_string(field.minimum) + " to " + std::to_string(field.maximum);
    }
    return has_most ? "at most " + std::to_string(field.maximum)
                    : "at least " + std::to_string(field.minimum);
}

void check_size(Field const& field, std::size_t size, std::string_view unit, std::string const& pointer,
                std::vector<FieldError>& errors) {
    auto const count = static_cast<std::int64_t>(size);
    if (count >= field.minimum && count <= field.maximum) return;
    errors.push_back({pointer, "length", "must have " + bounds(field, 0) + " " + std::string{unit}});
}

void check_text(Field const& field, std::string_view text, std::string const& pointer,
                std::vector<FieldError>& errors) {
    if (field.text_format == nullptr || field.text_format->accepts(text)) return;
    errors.push_back({pointer, "format", "must be " + std::string{field.text_format->expected}});
}

}  // namespace

void check_bounds(Field const& field, json::value const& value, std::string const& pointer,
                  std::vector<FieldError>& errors) {
    if (value.is_null()) return;
    switch (field.type->json) {
        case JsonType::string: {
            std::string_view const text{value.get_string()};
            auto const before = errors.size();
            check_size(field, code_points(text), "characters", pointer, errors);
            if (errors.size() == before) check_text(field, text, pointer, errors);
            return;
        }
        case JsonType::integer: {
            auto const number = to_integer(value);
            if (!number || (*number >= field.minimum && *number <= field.maximum)) return;
            errors.push_back(
                {pointer, "range", "must be " + bounds(field, std::numeric_limits<std::int64_t>::min())});
            return;
        }
        case JsonType::map:
            return check_size(field, value.get_object().size(), "entries", pointer, errors);
        case JsonType::list: {
            check_size(field, value.get_array().size(), "items", pointer, errors);
            if (field.text_format == nullptr) return;
            std::size_t index = 0;
            for (auto const& item : value.get_array()) {
                if (errors.size() >= max_errors) return;
                auto const place = pointer + "/" + std::to_string(index++);
                if (item.is_string()) check_text(field, std::string_view{item.get_string()}, place, errors);
            }
            return;
        }
        case JsonType::number:
        case JsonType::boolean:
        case JsonType::id:
        case JsonType::time:
        case JsonType::choice:
        case JsonType::object:
            return;
    }
}

}  // namespace securestack
