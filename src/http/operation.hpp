// One operation of the OpenAPI document, from its route. Private to openapi.cpp.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "http/route.hpp"

namespace securestack {

// `versioned`: the resource has an ETag, so that its changes take If-Match.
boost::json::object describe_operation(Route const& route, bool versioned);

// The statuses of the problems that the operation may answer with.
std::set<int> problem_statuses(Route const& route, bool versioned);

std::string tag_of(Route const& route);
std::string method_key(Method method);  // "get"
std::string_view title_of_status(int status);

}  // namespace securestack
