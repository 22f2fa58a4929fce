// Rules on the command line: loads the packs of --rules, or says what is wrong with them.
#pragma once

#include <memory>

#include "adapters/cli/command.h"
#include "adapters/load/ruleset.h"
#include "engine/decide/decide.h"

namespace caveat::cli {

// Null: `exit` holds the code and the terminal has been told why. Otherwise its `rules` are there.
std::unique_ptr<const load::Loaded> loaded_rules(const Invocation& invocation, Terminal& terminal, int& exit);
// The same, where only decisions are wanted.
std::shared_ptr<const decide::Ruleset> rules_of(const Invocation& invocation, Terminal& terminal, int& exit);

}  // namespace caveat::cli
