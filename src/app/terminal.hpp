// Passwords from a person or a script: never from an argument, which every user of the machine can read.
#pragma once

#include <optional>
#include <string>

#include "core/secret.hpp"

namespace securestack {

enum class PasswordFrom { standard_input, prompt };

// The first line of standard input, or what is typed twice, unseen, when that is a terminal. nullopt after
// saying on standard error why there is none: no terminal to ask at, nothing to read, or two different texts.
std::optional<Secret> read_password(PasswordFrom from);

}  // namespace securestack
