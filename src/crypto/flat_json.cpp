#include "crypto/flat_json.hpp"

#include <utility>

#include <boost/json/basic_parser_impl.hpp>

namespace securestack::detail {
namespace {

// Boost.JSON calls these as it reads; a false answer stops it. Only depth 1, the object itself, is kept.
struct Collector {
    using Error = boost::system::error_code;
    using Text = boost::json::string_view;

    static constexpr std::size_t max_object_size = 64;
    static constexpr std::size_t max_array_size = 1024;
    static constexpr std::size_t max_key_size = 256;
    static constexpr std::size_t max_string_size = 4096;

    FlatObject members;
    std::string name;
    std::string text;
    int depth = 0;

    bool keep(FlatValue value, Error& error) {
        if (depth == 0) return refuse(error);  // a document that is no object
        if (depth > 1) return true;
        return members.try_emplace(std::exchange(name, {}), std::move(value)).second || refuse(error);
    }
    static bool refuse(Error& error) {
        error = make_error_code(boost::json::error::syntax);
        return false;
    }

    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return ++depth > 0; }
    bool on_object_end(std::size_t, Error& error) {
        --depth;
        return depth == 0 || keep({}, error);
    }
    bool on_array_begin(Error& error) { return depth++ > 0 || refuse(error); }
    bool on_array_end(std::size_t, Error& error) {
        --depth;
        return keep({}, error);
    }
    bool on_key_part(Text part, std::size_t, Error&) {
        if (depth == 1) name.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text part, std::size_t size, Error& error) { return on_key_part(part, size, error); }
    bool on_string_part(Text part, std::size_t, Error&) {
        if (depth == 1) text.append(part.data(), part.size());
        return true;
    }
    bool on_string(Text part, std::size_t size, Error& error) {
        on_string_part(part, size, error);
        return keep(std::exchange(text, {}), error);
    }
    bool on_number_part(Text, Error&) { return true; }
    bool on_int64(std::int64_t value, Text, Error& error) { return keep(value, error); }
    bool on_uint64(std::uint64_t, Text, Error& error) { return keep({}, error); }
    bool on_double(double, Text, Error& error) { return keep({}, error); }
    bool on_bool(bool, Error& error) { return keep({}, error); }
    bool on_null(Error& error) { return keep({}, error); }
    bool on_comment_part(Text, Error&) { return true; }
    bool on_comment(Text, Error&) { return true; }
};

}  // namespace

std::optional<FlatObject> parse_flat_object(ByteView json) {
    boost::json::basic_parser<Collector> parser{boost::json::parse_options{}};
    boost::system::error_code error;
    auto const text = text_of(json);
    auto const used = parser.write_some(false, text.data(), text.size(), error);
    if (error || used != text.size()) return std::nullopt;
    return std::move(parser.handler().members);
}

}  // namespace securestack::detail
