// A flat TOML file: keys, their values as text, and their lines.
#pragma once

#include <string>
#include <vector>

namespace securestack {

struct TomlEntry {
    std::string key;
    std::string text;  // an array's elements are joined by commas
    unsigned line = 0;
};

struct TomlError {
    unsigned line = 0;
    std::string what;
};

struct TomlFile {
    bool readable = false;
    std::vector<TomlEntry> entries;  // in the order of their lines
    std::vector<TomlError> errors;   // a syntax error, or values of a kind that no setting has
};

TomlFile read_toml_file(std::string const& path);

}  // namespace securestack
