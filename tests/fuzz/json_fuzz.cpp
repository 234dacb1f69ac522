// Whatever is accepted as JSON is written so that it is read as the same, and decodes or is refused with
// reasons.
#include <cstdlib>
#include <string_view>

#include "resource/document.hpp"
#include "support/gadget.hpp"

namespace {

using namespace securestack;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string written(boost::json::value const& value) {
    std::string text;
    JsonWriter{text}.value(value);
    return text;
}

void check_reading(boost::json::value const& value) {
    auto const once = written(value);
    auto const again = parse_json(once);
    require(again.has_value());
    require(written(*again) == once);
}

void check_decoding(boost::json::value const& value) {
    auto const gadget = decode<Gadget>(value);
    if (!gadget) {
        require(!gadget.error().errors.empty());
        for (auto const& error : gadget.error().errors) require(!error.code.empty() && !error.detail.empty());
        return;
    }
    // What was accepted can be sent again, and an empty patch changes nothing.
    auto const replayed = decode<Gadget>(encode_writable(schema_of<Gadget>(), &*gadget));
    require(replayed.has_value() && to_json(*replayed) == to_json(*gadget));
    auto const same = faultless(patched(*gadget, boost::json::object{}));
    require(same.has_value() && to_json(*same) == to_json(*gadget));
    require(parse_json(to_json(*gadget)).has_value());
}

void check_patching(boost::json::value const& value) {
    Gadget gadget;
    gadget.name = "x";
    gadget.labels = {{"a", "b"}};
    auto const once = faultless(patched(gadget, value));
    if (!once) return;
    auto const twice = faultless(patched(*once, value));
    require(twice.has_value() && to_json(*twice) == to_json(*once));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    auto const document = parse_json({reinterpret_cast<char const*>(data), size});
    if (!document) {
        require(document.error().code == ErrorCode::malformed && !document.error().detail.empty());
        return 0;
    }
    check_reading(*document);
    check_decoding(*document);
    check_patching(*document);
    return 0;
}
