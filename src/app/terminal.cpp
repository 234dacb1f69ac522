#include "app/terminal.hpp"

#include <array>
#include <bsd/readpassphrase.h>
#include <iostream>
#include <unistd.h>

namespace securestack {
namespace {

// More than the longest password, so that one which is too long is refused by its rule.
constexpr std::size_t longest_line = 64 * 1024;
constexpr std::size_t longest_typed = 8 * 1024;

std::optional<Secret> read_line(int file) {
    std::string line;
    char c = 0;
    ssize_t got = 0;
    while (line.size() < longest_line && (got = read(file, &c, 1)) == 1 && c != '\n') line += c;
    if (line.ends_with('\r')) line.pop_back();
    if (got < 0 || (got == 0 && line.empty())) return std::nullopt;
    return Secret{std::move(line)};
}

// What is typed, unseen. The library gives the terminal back as it was, also when a signal ends the program.
std::optional<Secret> ask(char const* prompt) {
    std::array<char, longest_typed> text{};
    if (readpassphrase(prompt, text.data(), text.size(), RPP_ECHO_OFF | RPP_REQUIRE_TTY) == nullptr)
        return std::nullopt;
    Secret typed{std::string{text.data()}};
    wipe(text.data(), text.size());
    return typed;
}

std::optional<Secret> ask_twice() {
    auto first = isatty(STDIN_FILENO) == 1 ? ask("Password: ") : std::nullopt;
    if (!first) {
        std::cerr
            << "securestack: there is no terminal to ask for the password at; give it on standard input with "
               "--password-stdin.\n";
        return std::nullopt;
    }
    if (first->reveal().empty()) {
        std::cerr << "securestack: no password was typed; nothing was changed.\n";
        return std::nullopt;
    }
    auto const second = ask("Once more: ");
    if (!second || !equal_in_constant_time(first->reveal(), second->reveal())) {
        std::cerr << "securestack: the two passwords differ; nothing was changed.\n";
        return std::nullopt;
    }
    return first;
}

}  // namespace

std::optional<Secret> read_password(PasswordFrom from) {
    // Who types is asked, and nobody sees what is typed.
    if (from == PasswordFrom::prompt || isatty(STDIN_FILENO) == 1) return ask_twice();
    auto line = read_line(STDIN_FILENO);
    if (!line) std::cerr << "securestack: --password-stdin was given, but standard input is empty.\n";
    return line;
}

}  // namespace securestack
