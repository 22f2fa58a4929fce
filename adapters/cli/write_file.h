// Files that commands write: beside, then renamed, so that an interrupt leaves nothing half written.
#pragma once

#include <string>
#include <string_view>

#include "adapters/cli/command.h"
#include "audit/report/spool.h"

namespace caveat::cli {

// kDone, or kEnvironment and the terminal has been told why. What is replaced is the file behind a link, and it keeps its mode and its
// owner: who read it reads it still.
int write_file(Terminal& terminal, const std::string& path, std::string_view bytes);
// What names customers or says what they were told: new ones are for their owner alone, as keys are.
int write_private(Terminal& terminal, const std::string& path, std::string_view bytes);
int write_private(Terminal& terminal, const std::string& path, audit::Spool& bytes);

// The file that a link names, there or not yet; the path itself where it is none.
std::string behind_links(const std::string& path);

}  // namespace caveat::cli
