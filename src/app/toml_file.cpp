#include "app/toml_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include <toml++/toml.h>

namespace securestack {
namespace {

std::optional<std::string> scalar_text(toml::node const& node) {
    if (auto const* text = node.as_string()) return text->get();
    if (auto const* number = node.as_integer()) return std::to_string(number->get());
    if (auto const* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return std::nullopt;
}

std::optional<std::string> value_text(toml::node const& node) {
    auto const* array = node.as_array();
    if (!array) return scalar_text(node);
    std::string joined;
    for (auto const& element : *array) {
        auto const text = scalar_text(element);
        if (!text) return std::nullopt;
        if (!joined.empty()) joined += ',';
        joined += *text;
    }
    return joined;
}

std::optional<std::string> content_of(std::string const& path) {
    std::ifstream stream(path);
    if (!stream) return std::nullopt;
    try {
        return std::string{std::istreambuf_iterator<char>(stream), {}};
    } catch (std::ios_base::failure const&) {  // a directory opens, and cannot be read
        return std::nullopt;
    }
}

}  // namespace

TomlFile read_toml_file(std::string const& path) {
    TomlFile file;
    auto const content = content_of(path);
    if (!content) return file;
    file.readable = true;
    try {
        auto const table = toml::parse(*content, path);
        for (auto const& [key, node] : table) {
            auto const line = static_cast<unsigned>(node.source().begin.line);
            if (auto text = value_text(node)) {
                file.entries.push_back({std::string{key.str()}, std::move(*text), line});
            } else {
                file.errors.push_back(
                    {line, "\"" + std::string{key.str()} +
                               "\" must be text, a whole number, true, false or a list of them; "
                               "there are no tables"});
            }
        }
    } catch (toml::parse_error const& error) {
        file.errors.push_back({static_cast<unsigned>(error.source().begin.line),
                               "not valid TOML: " + std::string{error.description()}});
    }
    std::ranges::sort(file.entries, {}, &TomlEntry::line);
    std::ranges::sort(file.errors, {}, &TomlError::line);
    return file;
}

}  // namespace securestack
