// What this binary was built from, and what it runs with.
#pragma once

#include <string>
#include <string_view>

namespace securestack {

std::string_view version();   // "0.1.0"
std::string_view revision();  // of the source tree, "unknown" outside of a clone
std::string_view compiler();  // "GNU 12.2.0"

// Version, revision, compiler and the libraries in use, as text or as a JSON object.
std::string describe_build(bool json);

}  // namespace securestack
