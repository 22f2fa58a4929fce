// build: from the checked model to a program image, by a list of passes that one can read in build.cc.
//
//   BuildResult built = program::build(*checked.model, limits);
//   if (built.program) decide(Ruleset{built.program}, …);
//
// Promises   deterministic: the model's order is by bytes, so equal packs give equal images; what the evaluator cannot
//            run yet is a diagnostic `not_yet` with its place, never a silent nothing
// Threads    calls may run together
// Cost       near linear in the model
#pragma once

#include <memory>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/program/program.h"

namespace caveat::model {
struct Model;
}

namespace caveat::program {

struct BuildResult {
  std::shared_ptr<const Program> program;  // null if any diagnostic is an error
  std::vector<Diagnostic> diagnostics;
};

BuildResult build(const model::Model& model, const Limits& limits);

}  // namespace caveat::program
