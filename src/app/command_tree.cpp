#include "app/command_tree.hpp"

#include <iostream>
#include <utility>

#include <fmt/format.h>

#include "app/build_info.hpp"
#include "app/usage_error.hpp"

namespace securestack {
namespace {

std::string footer_of(std::string const& examples) {
    bool const several = examples.find('\n') != std::string::npos;
    return (several ? "Examples:\n  " : "Example:\n  ") + examples;
}

}  // namespace

CommandTree::CommandTree(std::string const& description, std::string const& footer)
    : app_(description, "securestack") {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", "securestack " + std::string{version()});
    app_.set_help_all_flag();
    app_.footer(footer);
}

CommandTree::Command* CommandTree::add(Command* parent, Words const& words, Action action) {
    auto* command = (parent != nullptr ? *parent : app_).add_subcommand(words.name, words.help);
    command->footer(footer_of(words.examples));
    command->callback([this, action = std::move(action)] { chosen_ = action; });
    return command;
}

CommandTree::Command* CommandTree::add(Command* parent, Words const& words, SettingFlags flags,
                                       ActionWithSettings action) {
    auto* command = add(parent, words, [this, action = std::move(action)] {
        return configured([&](Configuration const& found) { return action(found.settings); });
    });
    add_settings(*command, flags);
    return command;
}

CommandTree::Command* CommandTree::add_reporting(Command* parent, Words const& words,
                                                 std::function<int(Configuration const&)> action) {
    auto* command = add(parent, words, [this, action = std::move(action)] { return configured(action); });
    add_settings(*command, SettingFlags::all);
    return command;
}

CommandTree::Command* CommandTree::add_group(Words const& words) {
    auto* group = app_.add_subcommand(words.name, words.help);
    group->require_subcommand(1);
    group->footer(footer_of(words.examples));
    return group;
}

int CommandTree::run(int argc, char const* const* argv) {
    try {
        app_.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        if (error.get_exit_code() == 0) return app_.exit(error);
        std::cerr << explain(error, app_, {argv, argv + argc});
        return wrong_usage;
    }
    return chosen_();
}

void CommandTree::add_settings(Command& command, SettingFlags flags) {
    command.add_option("--config", sources_.config_flag, "A TOML file of settings (SECURESTACK_CONFIG)")
        ->type_name("FILE")
        ->group("Settings");
    for (auto const& spec : setting_specs()) {
        if (flags == SettingFlags::offline && !spec.offline) continue;
        auto const take = [this, &spec](std::string const& text) {
            sources_.flags.emplace_back(std::string{spec.name}, text);
        };
        auto help = std::string{spec.help};
        if (!spec.fallback.empty() && spec.fallback.find('{') == spec.fallback.npos)
            help += fmt::format(" [{}]", spec.fallback);
        command.add_option_function<std::string>(spec.flag(), take, help)
            ->type_name(std::string{spec.value})
            ->group("Settings");
    }
}

int CommandTree::configured(std::function<int(Configuration const&)> const& action) {
    sources_.environment = process_environment();
    auto const configuration = load_configuration(sources_);
    for (auto const& error : configuration.errors)
        std::cerr << fmt::format("securestack: {}: {}\n", error.where, error.what);
    if (!configuration.errors.empty()) return wrong_usage;
    try {
        return action(configuration);
    } catch (std::exception const& error) {
        std::cerr << "securestack: " << error.what() << '\n';
        return failed;
    }
}

}  // namespace securestack
