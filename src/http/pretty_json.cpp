#include "http/pretty_json.hpp"

#include <boost/json/serialize.hpp>

namespace securestack {

namespace {

void write(boost::json::value const& value, std::size_t depth, std::string& out);

void begin_line(std::size_t depth, std::string& out) {
    out += '\n';
    out.append(depth * 2, ' ');
}

void write_object(boost::json::object const& object, std::size_t depth, std::string& out) {
    out += '{';
    bool first = true;
    for (auto const& [name, member] : object) {
        if (!first) out += ',';
        first = false;
        begin_line(depth + 1, out);
        out += boost::json::serialize(name);
        out += ": ";
        write(member, depth + 1, out);
    }
    begin_line(depth, out);
    out += '}';
}

void write_array(boost::json::array const& array, std::size_t depth, std::string& out) {
    out += '[';
    bool first = true;
    for (auto const& item : array) {
        if (!first) out += ',';
        first = false;
        begin_line(depth + 1, out);
        write(item, depth + 1, out);
    }
    begin_line(depth, out);
    out += ']';
}

void write(boost::json::value const& value, std::size_t depth, std::string& out) {
    if (value.is_object() && !value.get_object().empty()) return write_object(value.get_object(), depth, out);
    if (value.is_array() && !value.get_array().empty()) return write_array(value.get_array(), depth, out);
    out += boost::json::serialize(value);
}

}  // namespace

std::string pretty_json(boost::json::value const& value) {
    std::string out;
    write(value, 0, out);
    out += '\n';
    return out;
}

}  // namespace securestack
