// Rules on the command line: loads the packs of --rules, or says what is wrong with them.
#pragma once

#include <memory>

#include "adapters/cli/command.h"
#include "engine/decide/decide.h"

namespace caveat::cli {

// Null: `exit` holds the code and the terminal has been told why.
std::shared_ptr<const decide::Ruleset> rules_of(const Invocation& invocation, Terminal& terminal, int& exit);

}  // namespace caveat::cli
