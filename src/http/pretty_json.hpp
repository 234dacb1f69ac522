// JSON for people to read and for diffs: indented by two, members in the order in which they were put in.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace securestack {

std::string pretty_json(boost::json::value const& value);  // ends with a newline

}  // namespace securestack
