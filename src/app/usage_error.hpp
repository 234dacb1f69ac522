// What a person is told who mistyped a command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace securestack {

// What is wrong with `arguments` (the program's name first), the nearest name that was perhaps meant, and
// where to read on; the help, where only the command is missing. Ends with a newline.
std::string explain(CLI::ParseError const& error, CLI::App& app,
                    std::vector<std::string_view> const& arguments);

}  // namespace securestack
