#include "engine/program/build.h"

#include <utility>

#include "engine/program/codes.h"
#include "engine/program/passes/draft.h"

namespace caveat::program {

BuildResult build(const model::Model& model, const Limits& limits) {
  Draft draft{model, limits, {}, {}, {}, {}, {}, {}};
  passes::slots(draft);
  passes::packs(draft);
  passes::rules(draft);
  passes::topics(draft);
  passes::data(draft);
  passes::index(draft);
  passes::check_limits(draft);

  BuildResult result;
  result.diagnostics = std::move(draft.diagnostics);
  sort_and_unify(result.diagnostics);
  for (const Diagnostic& diagnostic : result.diagnostics) {
    if (diagnostic.severity == Severity::error) return result;
  }
  // What was built is opened as any other image would be: the checks of `open` hold for our own output too.
  Result<std::shared_ptr<const Program>> opened = open(draft.image.seal());
  if (opened) {
    result.program = std::move(*opened);
  } else {
    const Problem& problem = opened.error();
    result.diagnostics.push_back(
        diagnose(*problem.code, {}, Language::en, {problem.items.empty() ? "" : problem.items[0].found}));
  }
  return result;
}

}  // namespace caveat::program
