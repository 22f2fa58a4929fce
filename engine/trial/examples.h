// Examples: each `example` of the packs decided as a turn, and held against what it expects.
// Made by load for `check` and before rules are taken into use; the language server and the console use the same.
//
//   for (const trial::ExampleRun& run : trial::run_examples(*model, limits))
//     if (!run.held) report(model->examples[run.example].span, run.found);
//
// Promises   an example is judged by the rules of its own pack and of the packs that this one uses, so that another pack
//            in the same folder changes nothing; facts count as fresh and assessed (contracts.md 10); where `by` stands,
//            exactly these rules must have spoken; in the order of Model::examples
// Threads    calls may run together
// Errors     none of its own: an example that cannot be bound is one that does not hold
// Cost       builds a program for each pack that has examples; then one decision an example
#pragma once

#include <string>
#include <vector>

#include "engine/base/language.h"
#include "engine/base/limits.h"
#include "engine/model/model.h"

namespace caveat::trial {

struct ExampleRun {
  model::Index example = model::kNone;
  bool held = false;
  std::string found_en, found_zh;  // what came out instead: "expected block by x, found handoff by x, y"
  const std::string& found(Language language) const { return language == Language::zh ? found_zh : found_en; }
};

std::vector<ExampleRun> run_examples(const model::Model& model, const Limits& limits);

}  // namespace caveat::trial
