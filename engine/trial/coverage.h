// coverage: which rules the examples try, and which facts must be there for a rule not to hand off.
// Printed by `caveat check`.
#pragma once

#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/model/model.h"
#include "engine/trial/run_examples.h"

namespace caveat::trial {

struct RuleCoverage {
  std::size_t fired = 0;    // examples that make it fire
  std::size_t near = 0;     // that it applies to and that miss it by one condition only (see coverage below)
  std::size_t unknown = 0;  // in which nothing could settle it
};

struct CoverageResult {
  std::vector<RuleCoverage> rules;  // by Model::rules
  std::vector<Diagnostic> notes;    // of rules without an example that fires them, or none that comes near and does not
};

// Of a rule of one condition on a text, an example that another rule takes is not near: every other text misses it so.
CoverageResult coverage(const model::Model& model, const RunResult& run, const Limits& limits);

// Of each rule the facts whose absence alone ends in a hand-off (semantics.md 16), ascending.
std::vector<std::vector<model::Index>> facts_that_hand_off(const model::Model& model);

}  // namespace caveat::trial
