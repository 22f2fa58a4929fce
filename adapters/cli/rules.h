// Rules on the command line: loads the packs of --rules, or says what is wrong with them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/command.h"
#include "adapters/load/ruleset.h"
#include "engine/decide/decide.h"
#include "engine/decide/in_force.h"

namespace caveat::cli {

// Null: `exit` holds the code and the terminal has been told why. Otherwise its `rules` are there.
std::unique_ptr<const load::Loaded> loaded_rules(const Invocation& invocation, Terminal& terminal, int& exit);
// The same, where only decisions are wanted.
std::shared_ptr<const decide::Ruleset> rules_of(const Invocation& invocation, Terminal& terminal, int& exit);

// A rule by its name, and when it was or will be in force.
std::string told(const program::Program& program, const decide::OutOfForce& rule, Language language);
// The first `most` of them, where others than the authors of the rules read it: confidential ones are counted.
std::string told_openly(const program::Program& program, const std::vector<decide::OutOfForce>& rules, std::size_t most,
                        Language language);

}  // namespace caveat::cli
