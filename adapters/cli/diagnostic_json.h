// Diagnostic in JSON: one mistake in rules, as `check --json` and a refused reload show it.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"

namespace caveat::cli {

std::string diagnostic_json(const Diagnostic& diagnostic, const Sources& sources);  // one object

}  // namespace caveat::cli
