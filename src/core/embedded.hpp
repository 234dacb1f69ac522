// Files compiled into the binary (cmake/Embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace securestack {

struct EmbeddedFile {
    std::string_view name;
    std::string_view content;
};

}  // namespace securestack
