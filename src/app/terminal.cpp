#include "app/terminal.hpp"

#include <fcntl.h>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace securestack {
namespace {

// More than the longest password, so that one which is too long is refused by its rule.
constexpr std::size_t longest_line = 64 * 1024;

std::optional<Secret> read_line(int file) {
    std::string line;
    char c = 0;
    ssize_t got = 0;
    while (line.size() < longest_line && (got = read(file, &c, 1)) == 1 && c != '\n') line += c;
    if (line.ends_with('\r')) line.pop_back();
    if (got < 0 || (got == 0 && line.empty())) return std::nullopt;
    return Secret{std::move(line)};
}

// Typing is not shown for as long as this lives.
class Unseen {
  public:
    explicit Unseen(int terminal) : terminal_(terminal) {
        tcgetattr(terminal_, &before_);
        auto without_echo = before_;
        without_echo.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(terminal_, TCSAFLUSH, &without_echo);
    }
    ~Unseen() { tcsetattr(terminal_, TCSAFLUSH, &before_); }
    Unseen(Unseen const&) = delete;
    Unseen& operator=(Unseen const&) = delete;

  private:
    int const terminal_;
    termios before_{};
};

std::optional<Secret> ask_twice() {
    if (isatty(STDIN_FILENO) != 1) {
        std::cerr
            << "securestack: there is no terminal to ask for the password at; give it on standard input with "
               "--password-stdin.\n";
        return std::nullopt;
    }
    Unseen const unseen(STDIN_FILENO);
    std::cerr << "Password: ";
    auto first = read_line(STDIN_FILENO);
    std::cerr << "\nOnce more: ";
    auto const second = read_line(STDIN_FILENO);
    std::cerr << '\n';
    if (!first || !second || !equal_in_constant_time(first->reveal(), second->reveal())) {
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
