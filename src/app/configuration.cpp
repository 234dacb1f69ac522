#include "app/configuration.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sched.h>
#include <thread>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "app/toml_file.hpp"

namespace securestack {
namespace {

// Those that this process may run on (taskset, CPUAffinity=, cpuset). A share of their time (CPUQuota=) is
// not looked at.
unsigned usable_cores() {
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) == 0) return static_cast<unsigned>(CPU_COUNT(&cores));
    return std::max(1U, std::thread::hardware_concurrency());
}

constexpr std::string_view prefix = "SECURESTACK_";

struct Given {
    std::string text;
    std::string origin;
};

SettingSpec const* find_spec(std::string_view name) {
    auto const specs = setting_specs();
    auto const found = std::ranges::find(specs, name, &SettingSpec::name);
    return found == specs.end() ? nullptr : &*found;
}

std::string meant(std::string_view word, std::vector<std::string> const& names, std::string_view otherwise) {
    auto const near = nearest_name(word, names);
    return near ? fmt::format("did you mean {}?", *near) : std::string{otherwise};
}

// Kubernetes gives every container variables for each service; those of one called "securestack…" are not
// ours.
bool set_by_kubernetes(std::string_view variable, std::string_view value) {
    return variable.ends_with("_SERVICE_HOST") || variable.find("_SERVICE_PORT") != variable.npos ||
           (variable.ends_with("_PORT") && value.find("://") != value.npos) ||
           variable.find("_PORT_") != variable.npos;
}

class Loader {
  public:
    explicit Loader(ConfigurationSources const& sources) : sources_(sources) {}

    Configuration load() {
        read_environment();
        read_flags();
        read_file();
        for (auto const& spec : setting_specs()) apply(spec);
        if (loaded_.errors.empty()) {
            if (auto wrong = check_together(loaded_.settings); !wrong.empty())
                fail("settings", std::move(wrong));
        }
        return std::move(loaded_);
    }

  private:
    void fail(std::string where, std::string what) {
        loaded_.errors.push_back({std::move(where), std::move(what)});
    }

    void read_environment() {
        std::vector<std::string> known{"SECURESTACK_CONFIG"};
        for (auto const& spec : setting_specs()) known.push_back(spec.environment());
        for (auto const& [variable, value] : sources_.environment) {
            environment_[variable] = value;
            if (!variable.starts_with(prefix) || variable == known.front()) continue;
            auto const at = std::ranges::find(known, variable);
            if (at != known.end()) {
                auto const& spec = setting_specs()[static_cast<std::size_t>(at - known.begin()) - 1];
                from_environment_[spec.name] = {value, "environment " + variable};
            } else if (!variable.starts_with("SECURESTACK_TEST_") && !set_by_kubernetes(variable, value)) {
                fail("environment " + variable,
                     "no setting has this name; " +
                         meant(variable, known, "`securestack config show` lists those there are"));
            }
        }
    }

    void read_flags() {
        for (auto const& [name, text] : sources_.flags) {
            if (auto const* spec = find_spec(name)) from_flags_[spec->name] = {text, "flag " + spec->flag()};
        }
    }

    void read_file() {
        auto const path = file_to_read();
        if (path.empty()) return;
        loaded_.file = path;
        auto const file = read_toml_file(path);
        for (auto const& error : file.errors) {
            fail(fmt::format("{}:{}", path, error.line), error.what);
        }
        if (!file.readable) fail(path, "cannot be read: check that the file exists and its permissions");
        std::vector<std::string> known;
        for (auto const& spec : setting_specs()) known.emplace_back(spec.name);
        for (auto const& entry : file.entries) {
            auto origin = fmt::format("{}:{}", path, entry.line);
            if (auto const* spec = find_spec(entry.key)) {
                from_file_[spec->name] = {entry.text, std::move(origin)};
            } else {
                fail(std::move(origin),
                     fmt::format("unknown setting \"{}\"; ", entry.key) +
                         meant(entry.key, known, "`securestack config show` lists those there are"));
            }
        }
    }

    std::string file_to_read() const {
        if (!sources_.config_flag.empty()) return sources_.config_flag;
        if (auto const named = environment_.find("SECURESTACK_CONFIG"); named != environment_.end()) {
            if (!named->second.empty()) return named->second;
        }
        auto const* directory = given(*find_spec("data_dir"));
        auto const beside = (directory ? directory->text : state_directory()) + "/securestack.toml";
        for (auto const& path : {beside, std::string{"/etc/securestack/securestack.toml"}}) {
            if (access(path.c_str(), F_OK) == 0) return path;
        }
        return {};
    }

    Given const* given(SettingSpec const& spec) const {
        for (auto const* source : {&from_flags_, &from_environment_, &from_file_}) {
            if (auto const found = source->find(spec.name); found != source->end()) return &found->second;
        }
        return nullptr;
    }

    void apply(SettingSpec const& spec) {
        auto const* from = given(spec);
        SettingValue value{&spec, from ? from->text : expand(spec.fallback), from ? from->origin : "default"};
        auto wrong = spec.read(value.text, loaded_.settings);
        if (!wrong.empty()) {
            fail(value.origin, fmt::format("{} {}; it is \"{}\"", spec.name, wrong, value.shown()));
        }
        loaded_.values.push_back(std::move(value));
    }

    std::string expand(std::string_view fallback) const {
        std::string text{fallback};
        auto const open = text.find('{');
        if (open == text.npos) return text;
        auto const close = text.find('}', open);
        text.replace(open, close - open + 1, word(text.substr(open + 1, close - open - 1)));
        return text;
    }

    std::string word(std::string_view name) const {
        if (name == "state") return state_directory();
        auto const cores = usable_cores();
        if (name == "cores") return std::to_string(cores);
        if (name == "self_backup") return loaded_.settings.on_sqlite() ? "@daily" : "off";
        if (name == "pool") {
            return std::to_string(loaded_.settings.on_sqlite() ? std::clamp(cores, 2U, 8U) : 8U);
        }
        auto const earlier = std::ranges::find_if(
            loaded_.values, [&](SettingValue const& value) { return value.spec->name == name; });
        return earlier->text;
    }

    // systemd's StateDirectory=, else the place for a service, else the place for a user.
    std::string state_directory() const {
        auto const variable = [&](char const* name) {
            auto const found = environment_.find(name);
            return found == environment_.end() ? std::string{} : found->second;
        };
        if (auto state = variable("STATE_DIRECTORY"); !state.empty()) return state.substr(0, state.find(':'));
        auto const home = variable("HOME");
        if (geteuid() == 0 || home.empty()) return "/var/lib/securestack";
        if (auto data = variable("XDG_DATA_HOME"); !data.empty()) return data + "/securestack";
        return home + "/.local/share/securestack";
    }

    ConfigurationSources const& sources_;
    std::map<std::string, std::string> environment_;
    std::map<std::string_view, Given> from_environment_;
    std::map<std::string_view, Given> from_flags_;
    std::map<std::string_view, Given> from_file_;
    Configuration loaded_;
};

// Levenshtein's distance without regard to case.
std::size_t distance(std::string_view a, std::string_view b) {
    auto const same = [](char x, char y) { return (x | 0x20) == (y | 0x20); };
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = diagonal + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

Configuration load_configuration(ConfigurationSources const& sources) {
    return Loader{sources}.load();
}

std::vector<std::pair<std::string, std::string>> process_environment() {
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text = *entry;
        auto const equals = text.find('=');
        if (equals != text.npos) variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::optional<std::string> nearest_name(std::string_view word, std::vector<std::string> const& names) {
    // The prefix that all variables share says nothing about how near two of them are.
    auto const common = word.starts_with(prefix) ? prefix.size() : 0;
    std::optional<std::string> best;
    auto best_distance = std::max<std::size_t>(2, (word.size() - common) / 3) + 1;
    for (auto const& name : names) {
        if (auto const d = distance(word, name); d < best_distance) {
            best_distance = d;
            best = name;
        }
    }
    return best;
}

std::string show_configuration(Configuration const& configuration, bool json) {
    if (json) {
        boost::json::object all;
        for (auto const& value : configuration.values) {
            all[value.spec->name] = {{"value", value.shown()}, {"origin", value.origin}};
        }
        return boost::json::serialize(all) + "\n";
    }
    std::size_t name_width = 0;
    std::size_t text_width = 0;
    for (auto const& value : configuration.values) {
        name_width = std::max(name_width, value.spec->name.size());
        text_width = std::max(text_width, value.shown().size());
    }
    std::string text;
    for (auto const& value : configuration.values) {
        auto const shown = value.shown();
        text += fmt::format("{:<{}}  {:<{}}  {}\n", value.spec->name, name_width, shown.empty() ? "-" : shown,
                            text_width, value.origin);
    }
    return text;
}

}  // namespace securestack
