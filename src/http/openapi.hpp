// The OpenAPI 3.1 document of an API, made from its routes and the schemas that they validate with.
#pragma once

#include <string>
#include <string_view>

#include "http/router.hpp"

namespace securestack {

// Pretty-printed JSON; the same routes give the same text.
std::string openapi_document(Router const& router, std::string_view version);

}  // namespace securestack
