// Messages: what `caveat` says about its own use, about files and about rules, in the reader's language.
// Each says place, what was expected, and what to do; each stands whole in tests/conformance/messages/cli_*.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/cli/command.h"
#include "engine/base/diagnostic.h"
#include "engine/base/problem.h"

namespace caveat::cli {

// "caveat: …" on err, then how to go on; returns kUsage.
int wrong_use(Terminal& terminal, const Phrase& wording, const std::vector<std::string>& arguments,
              std::string_view command = {});

// A Problem on err, with the file that it is about where it does not say so itself; returns its exit code.
int refuse(Terminal& terminal, const Problem& problem, std::string_view file = {});

// Diagnostics on err (or out, for `check`), with the count of what is not shown.
void print_diagnostics(std::ostream& to, const Terminal& terminal, const std::vector<Diagnostic>& diagnostics,
                       const Sources& sources, std::size_t most);

// What a listed command answers that is not there yet; returns kUsage.
int not_yet(Terminal& terminal, std::string_view command);

// Text of others for a terminal: what it would obey, or show in another order, is told by its number; lines behind the first begin with
// `indent`, so that they do not read as ours.
std::string plain(std::string_view text, std::string_view indent);

std::string counted(std::size_t count, const Terminal& terminal, std::string_view one, std::string_view many,
                    std::string_view zh);

}  // namespace caveat::cli
