// A text as a QR code. Private to identity.
#pragma once

#include <string>

namespace securestack {

// An SVG image, black on white with the margin that readers want. The text is at most some hundred bytes.
std::string qr_code_svg(std::string const& text);

}  // namespace securestack
