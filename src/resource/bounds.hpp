// The rules that a field states of its own value: length, range, format.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "core/error.hpp"
#include "resource/field.hpp"

namespace securestack {

// `value` has the field's type (its codec accepted it). Null, where it is allowed, has no bounds.
void check_bounds(Field const& field, boost::json::value const& value, std::string const& pointer,
                  std::vector<FieldError>& errors);

}  // namespace securestack
