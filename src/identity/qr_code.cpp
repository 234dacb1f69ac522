#include "identity/qr_code.hpp"

#include <memory>
#include <qrencode.h>
#include <stdexcept>

namespace securestack {

std::string qr_code_svg(std::string const& text) {
    std::unique_ptr<QRcode, void (*)(QRcode*)> const code{
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free};
    if (!code) throw std::runtime_error("a QR code cannot hold this text");
    constexpr int margin = 4;
    auto const size = std::to_string(code->width + 2 * margin);
    std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + " " + size +
                      R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + size + "v" + size +
                      R"(H0z"/><path d=")";
    for (int y = 0; y < code->width; ++y) {
        for (int x = 0; x < code->width; ++x) {
            bool const dark = (code->data[y * code->width + x] & 1) != 0;
            if (dark) svg += "M" + std::to_string(x + margin) + " " + std::to_string(y + margin) + "h1v1h-1z";
        }
    }
    return svg + R"("/></svg>)";
}

}  // namespace securestack
