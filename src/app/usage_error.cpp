#include "app/usage_error.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/configuration.hpp"

namespace securestack {
namespace {

using Command = CLI::App;

std::vector<Command*> commands_of(Command& parent) {
    return parent.get_subcommands([](Command const*) { return true; });
}

std::vector<std::string> names_of(Command& command) {
    std::vector<std::string> names;
    for (auto const* option : command.get_options()) {
        for (auto const& name : option->get_lnames()) names.push_back("--" + name);
    }
    for (auto const* child : commands_of(command)) names.push_back(child->get_name());
    return names;
}

// The first argument that `command` does not know, without a value; empty when it knows them all.
std::string_view first_unknown(Command const& command, std::vector<std::string_view> const& arguments) {
    auto const unknown = command.remaining();
    auto const found = std::ranges::find_first_of(arguments, unknown);
    return found == arguments.end() ? std::string_view{} : found->substr(0, found->find('='));
}

std::string words_of(Command const& command) {
    std::string words;
    for (auto const* c = &command; c->get_parent() != nullptr; c = c->get_parent()) {
        words.insert(0, c->get_name()).insert(0, " ");
    }
    return words;
}

// What is wrong, in one line; `unknown` is the first argument that nobody knows, or empty.
std::string fault(CLI::ParseError const& error, std::string_view unknown, bool is_group) {
    if (unknown.starts_with('-')) return fmt::format("there is no option {}", unknown);
    if (!unknown.empty() && is_group) return fmt::format("there is no command \"{}\"", unknown);
    std::string_view const text = error.what();
    if (text.ends_with(" missing")) return fmt::format("{} needs a value", text.substr(0, text.find(':')));
    return std::string{text};
}

}  // namespace

std::string explain(CLI::ParseError const& error, CLI::App& app,
                    std::vector<std::string_view> const& arguments) {
    Command* deepest = &app;
    while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
    auto const word = first_unknown(*deepest, arguments);
    auto const is_group = !commands_of(*deepest).empty();
    auto const* parent = deepest->get_parent();
    if (is_group && word.empty()) return deepest->help(parent ? parent->get_name() : "");
    auto text = fmt::format("securestack: {}\n", fault(error, word, is_group));
    if (auto const hint = nearest_name(word, names_of(*deepest))) {
        text += fmt::format("Did you mean {}?\n", *hint);
    }
    return text + fmt::format("Run `securestack{} --help` to see what there is.\n", words_of(*deepest));
}

}  // namespace securestack
