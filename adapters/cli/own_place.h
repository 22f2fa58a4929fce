// Own place: no two things that a server reads or writes may be one file. What is appended to the signing key, or a socket that takes the
// log's name, is not seen before something is lost. Asked by serve and doctor (of a start), by a reload and by `keys caller`.
//
//   const std::vector<Shared> all = shared(*settings);
//   if (std::optional<Problem> one = shared_problem(*read, &in_force)) …   // of a reload
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
// `in_force`: what a server has open. What moves by a configuration moves at its next start, so until then it is at both places, and what
// takes the place of another would be in it at that start.
std::vector<Shared> shared(const Settings& settings, const config::Configuration* in_force = nullptr);

// All of it; nothing: each has a place of its own.
std::optional<Problem> shared_problem(const Settings& settings, const config::Configuration* in_force = nullptr);

}  // namespace caveat::cli
