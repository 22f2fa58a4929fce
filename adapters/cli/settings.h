// Settings: the configuration as a command finds it: the file of --config or the defaults, its paths made whole, and the callers of
// both places where they may stand. Shared by serve, doctor and keys caller.
#pragma once

#include <string>
#include <vector>

#include "adapters/cli/command.h"
#include "adapters/config/configuration.h"
#include "adapters/server/callers.h"
#include "engine/base/result.h"

namespace caveat::cli {

struct Settings {
  config::Configuration configuration;
  std::string file;                                    // empty: none was named
  bool log_by_option = false, keys_by_option = false;  // --log, --keys: no line of the file names them
};

// --config, and over it --rules, --log, --keys, --listen where the command has them.
Result<Settings> read_settings(const Invocation& invocation);

// FILE.db → FILE.sock, FILE.callers.toml
std::string beside_log(const std::string& log_path, const std::string& ending);

// [log] keys, else CAVEAT_KEYS, else the folder beside the log.
std::string keys_dir(const config::Configuration& configuration);

bool keys_by_variable(const config::Configuration& configuration);  // is it CAVEAT_KEYS?

// Those of the configuration and those of the callers file; an id that stands in both is a mistake.
Result<std::vector<server::CallerEntry>> all_callers(const config::Configuration& configuration);

// Of a file whose text was one before a [[callers]] table was put at its end: would the next start take it?
Result<void> would_be_read(const std::string& text, const std::string& file, bool is_configuration);

}  // namespace caveat::cli
