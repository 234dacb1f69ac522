// The pages for people: the landing page, the API documentation at /api/docs, and what each problem type
// means.
#pragma once

#include "http/router.hpp"

namespace securestack {

void add_documentation_pages(Router& router);

}  // namespace securestack
