// Help: the table of all commands, and the page of one: synopsis, options with defaults, exit codes, two examples.
#pragma once

#include <iosfwd>

#include "adapters/cli/command.h"

namespace caveat::cli {

void print_table(std::ostream& out, const Terminal& terminal);
void print_help(std::ostream& out, const Terminal& terminal, const Command& command);

}  // namespace caveat::cli
