// From defaults < TOML file < environment < flags to Settings. Each value knows where it came from;
// everything that is wrong is told at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/settings.hpp"

namespace securestack {

struct SettingValue {
    SettingSpec const* spec = nullptr;
    std::string text;
    std::string origin;  // "default", "FILE:LINE", "environment SECURESTACK_X", "flag --x"

    std::string shown() const { return spec->show ? spec->show(text) : text; }
};

struct SettingError {
    std::string where;  // an origin as above
    std::string what;   // what is wrong and what would be right

    bool operator==(SettingError const&) const = default;
};

struct ConfigurationSources {
    std::vector<std::pair<std::string, std::string>> environment;  // all of it
    std::vector<std::pair<std::string, std::string>> flags;        // setting name and text
    std::string config_flag;                                       // --config; empty: none
};

struct Configuration {
    Settings settings;                 // not to be used while there are errors
    std::vector<SettingValue> values;  // in the order of setting_specs()
    std::vector<SettingError> errors;
    std::string file;  // the TOML file that was read; empty: none
};

// The file is --config, else SECURESTACK_CONFIG (both must exist), else DATA_DIR/securestack.toml, else
// /etc/securestack/securestack.toml, if present.
Configuration load_configuration(ConfigurationSources const& sources);

// The variables of this process.
std::vector<std::pair<std::string, std::string>> process_environment();

// The nearest of `names` to `word`, when it is near enough to have been meant.
std::optional<std::string> nearest_name(std::string_view word, std::vector<std::string> const& names);

// "name   value   origin" lines, or with `json` {"name": {"value", "origin"}, …}. Secrets are masked.
std::string show_configuration(Configuration const& configuration, bool json);

}  // namespace securestack
