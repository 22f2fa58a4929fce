// The log and its keys as the command line names them: --log, --keys, CAVEAT_KEYS.
#pragma once

#include <memory>
#include <string>

#include "adapters/cli/command.h"
#include "audit/log/log.h"

namespace caveat::cli {

// --keys, else CAVEAT_KEYS, else the folder beside the log.
std::string keys_dir(const Invocation& invocation, const std::string& log_path);

// Opens the log for writing; log and keys are made where neither is there, and the reader is told so and how to protect them.
std::unique_ptr<audit::Log> open_log(const Invocation& invocation, Terminal& terminal, const std::string& path,
                                     Clock& clock, Random& random);

}  // namespace caveat::cli
