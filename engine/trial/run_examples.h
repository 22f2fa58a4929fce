// run_examples: every example of the loaded packs decided by the real engine and held against what it expects.
// Used by load (no Ruleset while one fails), `caveat check`, the language server and the console.
//
//   trial::RunResult run = trial::run_examples(*checked.model, sources, limits);
//   if (run.held != run.run) print(run.diagnostics);
//
// Promises   an example is judged by the rules of its own pack and of the packs that this one uses, so that another pack in
//            the same folder changes nothing; facts count as fresh and assessed (contracts.md 10); where `by` stands,
//            exactly these rules must have spoken; a failing example says what was expected, what came out, why, and of
//            each rule that was expected and did not fire which of its conditions failed; deterministic
// Threads    calls may run together
// Errors     none of its own: an example that cannot be bound is one that does not hold
// Cost       builds a program for each pack that has examples; then one decision an example; the whys are worked out for
//            the failing ones only
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/decide/decide.h"
#include "engine/model/model.h"

namespace caveat::trial {

// What one example came out as.
struct ExampleOutcome {
  bool held = false;
  bool refused = false;  // bind would not take the turn
  decide::Verdict verdict = decide::Verdict::allow;
  std::vector<model::Index> fired;    // Model::rules, ascending, each once
  std::vector<model::Index> unknown;  // those whose condition nothing could settle
};

struct RunResult {
  std::size_t run = 0, held = 0;
  std::vector<Diagnostic> diagnostics;   // errors, at the `expect` of each example that fails, in the file's language
  std::vector<ExampleOutcome> outcomes;  // by Model::examples
};

// `progress` hears after each example how many of all are done.
RunResult run_examples(const model::Model& model, const Sources& sources, const Limits& limits,
                       const std::function<void(std::size_t done, std::size_t total)>& progress = {});

}  // namespace caveat::trial
