// Files that commands write: beside, then renamed, so that an interrupt leaves nothing half written.
#pragma once

#include <string>
#include <string_view>

#include "adapters/cli/command.h"
#include "audit/report/spool.h"

namespace caveat::cli {

// kDone, or kEnvironment and the terminal has been told why. Keeps the mode of a file that it replaces.
int write_file(Terminal& terminal, const std::string& path, std::string_view bytes);
int write_file(Terminal& terminal, const std::string& path, audit::Spool& bytes);

}  // namespace caveat::cli
