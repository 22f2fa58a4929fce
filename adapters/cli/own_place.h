// Own place: no two things that a server reads or writes may be one file. What is appended to the signing key, or a socket that takes the
// log's name, is not seen before something is lost. Asked by serve and doctor (of a start), by a reload and by `keys caller`.
//
//   const std::vector<Shared> all = shared(*settings);
//
// Promises   goes by the file, not by its name: links of either kind, another name of a folder, and files that are not there yet
// Cost       reads the rule files once, to know them by any name
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/settings.h"
#include "adapters/cli/start.h"
#include "engine/base/result.h"

namespace caveat::cli {

struct Shared {
  Hindrance::Of of = Hindrance::Of::log;  // whose key is to be changed
  ProblemItem item;
};
std::vector<Shared> shared(const Settings& settings);

// All of it; nothing: each has a place of its own.
std::optional<Problem> shared_problem(const Settings& settings);

}  // namespace caveat::cli
