// Arguments: what was typed, read by the table of commands.
//
// Promises   `--name VALUE` and `--name=VALUE`, options anywhere, `--` ends them, `-` is standard input; an unknown command
//            or option names the nearest; nothing is guessed beyond that
#pragma once

#include <string>
#include <vector>

#include "adapters/cli/command.h"

namespace caveat::cli {

// True and `invocation` filled; or false, and `exit` says how it ended (help was printed, or it was wrong).
bool read_arguments(const std::vector<std::string>& arguments, Terminal& terminal, Invocation& invocation, int& exit);

}  // namespace caveat::cli
