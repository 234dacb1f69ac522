// Commands within commands, each with its help, its flags and the settings that it runs with.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "app/configuration.hpp"

namespace securestack {

// Exit codes.
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int wrong_usage = 2;

// Of the settings that are flags, too: those that matter beside a running server, or all of them.
enum class SettingFlags { offline, all };

class CommandTree {
  public:
    using Command = CLI::App;
    using Action = std::function<int()>;
    using ActionWithSettings = std::function<int(Settings const& settings)>;

    struct Words {
        std::string name;
        std::string help;
        std::string examples;  // one a line
    };

    explicit CommandTree(std::string const& description, std::string const& footer);

    // `parent` is a group, or null. An action returns an exit code; one with settings may throw, which is
    // told on standard error.
    Command* add(Command* parent, Words const& words, Action action);
    Command* add(Command* parent, Words const& words, SettingFlags flags, ActionWithSettings action);
    // With all flags of settings, whatever they say.
    Command* add_reporting(Command* parent, Words const& words,
                           std::function<int(Configuration const&)> action);
    // Of commands; it does nothing by itself.
    Command* add_group(Words const& words);

    // Runs the command that the arguments name.
    int run(int argc, char const* const* argv);

  private:
    void add_settings(Command& command, SettingFlags flags);
    int configured(std::function<int(Configuration const&)> const& action);

    CLI::App app_;
    Action chosen_;
    ConfigurationSources sources_;
};

}  // namespace securestack
